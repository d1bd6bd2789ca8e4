import { type CronLine, cronText } from '../delivery/cron.ts'

/** Actions are pinned to commits: a tag can be moved. These run on Node 24. */
const CHECKOUT = 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0'
const SETUP_NODE = 'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0'
const UPLOAD = 'actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1'

/** The branch that keeps ledger and notes between runs. */
const STATE = 'broadsheet-state'
/** What that branch holds as far as this machine knows: it is written over only while that is so. */
const KNOWN = 'refs/broadsheet/state'
/** Stores that sending began, before the first copy leaves (docs/decisions/0008). */
const ON_BEGIN = `git -C .broadsheet add -f begun && git -C .broadsheet commit -qm 'Sending begins' && git -C .broadsheet push -q origin HEAD:refs/heads/${STATE} && git -C .broadsheet update-ref ${KNOWN} HEAD`

const indented = (text: string, spaces: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(spaces) + line))
    .join('\n')

/** Only a branch that is not there means a first run: when the server cannot be asked, the ledger may be there. */
const BRING_BACK = `
set -euo pipefail
code=0
git ls-remote --exit-code origin refs/heads/${STATE} > /dev/null || code=$?
if [ "$code" = 0 ]; then
  git fetch -q --depth 1 origin ${STATE}
  state=$(git rev-parse FETCH_HEAD)
  git update-ref ${KNOWN} "$state"
elif [ "$code" = 2 ]; then
  state=$(git commit-tree "$(git hash-object -t tree /dev/null)" -m 'Nothing sent yet')
  git update-ref -d ${KNOWN}
else
  exit "$code"
fi
rm -rf .broadsheet
git worktree prune
git worktree add -q --detach .broadsheet "$state"
`
const IDENTITY = `
git config user.name broadsheet
git config user.email broadsheet@localhost
`
/** Exit code 3 is a warning, unless copies are unknown or too many were rejected; `rest` says how. */
const sendScript = (wait: number, rest: string): string => `
set -uo pipefail
code=0
npx broadsheet send --due --wait ${wait}m --live --json > send.json || code=$?
cat send.json
${rest.trim()}
exit "$code"
`
const WARN_ON_GITHUB = `
if [ "$code" = 3 ] && ! grep -q '"alarm": true' send.json; then
  echo '::warning::Some copies were deferred or rejected; the summary of the job says how many.'
  code=0
fi
`
const FAIL_ON_GITLAB = `
if [ "$code" = 3 ] && grep -q '"alarm": true' send.json; then
  code=1
fi
`
/**
 * One commit without a past, so that the branch does not grow; of the files that are there now, since the journal of an
 * earlier ledger beside a newer one would spoil it. It is refused when another run has kept its own meanwhile.
 */
const KEEP = `
set -euo pipefail
cd .broadsheet
git read-tree --empty
git add -f -- $(ls -d begun forced.jsonl ledger.db ledger.db-wal 2> /dev/null)
state=$(git commit-tree "$(git write-tree)" -m 'The ledger')
known=$(git rev-parse -q --verify ${KNOWN} || true)
git push -q --force-with-lease="${STATE}:$known" origin "$state:refs/heads/${STATE}"
`
const BUILD_CHANGED = `
set -euo pipefail
changed=$(git diff --name-only "origin/$BASE_REF...HEAD" -- digests)
for date in $(grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' <<< "$changed" | sort -u); do
  npx broadsheet build "$date" || true
  npx broadsheet build "$date" --review || true
done
`

/** `.github/workflows/`: a check of each pull request with the email as an artifact, and the sends. */
export function githubWorkflows(lines: readonly CronLine[]): Map<string, string> {
  const wait = Math.max(30, ...lines.map((line) => line.wait))
  const crons =
    lines.length === 0 ? ["    - cron: '45 4 * * *'"] : lines.map((line) => `    - cron: '${cronText(line)}'`)
  return new Map([
    [
      '.github/workflows/broadsheet-check.yml',
      `name: Check the digest
on: pull_request
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: ${CHECKOUT}
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: ${SETUP_NODE}
        with:
          node-version: 24
      - name: Install
        run: npm ci
      - name: Check what the pull request touches
        env:
          BASE_REF: \${{ github.base_ref }}
        run: npx broadsheet check --since "origin/$BASE_REF" --format github
      - name: Build it as readers will see it
        if: always()
        env:
          BASE_REF: \${{ github.base_ref }}
        run: |
${indented(BUILD_CHANGED, 10)}
      - uses: ${UPLOAD}
        if: always()
        with:
          name: email
          path: dist/
          if-no-files-found: ignore
`,
    ],
    [
      '.github/workflows/broadsheet-send.yml',
      `name: Send the digest
on:
  schedule:
    # In UTC. \`npx broadsheet schedule --cron\` prints the lines for your audience.
${crons.join('\n')}
  workflow_dispatch: {}
concurrency:
  group: broadsheet-send
  cancel-in-progress: false
permissions:
  # The ledger is kept in the branch ${STATE}.
  contents: write
jobs:
  send:
    # The repository variable BROADSHEET_SEND, set to off, stops the schedule.
    if: vars.BROADSHEET_SEND != 'off' || github.event_name == 'workflow_dispatch'
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: ${CHECKOUT}
      - uses: ${SETUP_NODE}
        with:
          node-version: 24
      - name: Install
        run: npm ci
      - name: Bring back the ledger
        run: |
${indented(IDENTITY + BRING_BACK, 10)}
      - name: Send to who is due
        env:
          SMTP_URL: \${{ secrets.SMTP_URL }}
          BROADSHEET_SECRET: \${{ secrets.BROADSHEET_SECRET }}
          DKIM_PRIVATE_KEY: \${{ secrets.DKIM_PRIVATE_KEY }}
          DKIM_SELECTOR: \${{ secrets.DKIM_SELECTOR }}
          DKIM_DOMAIN: \${{ secrets.DKIM_DOMAIN }}
          DKIM_ED25519_PRIVATE_KEY: \${{ secrets.DKIM_ED25519_PRIVATE_KEY }}
          DKIM_ED25519_SELECTOR: \${{ secrets.DKIM_ED25519_SELECTOR }}
          # Before the first copy leaves: if it fails, nothing is sent.
          BROADSHEET_ON_BEGIN: ${ON_BEGIN}
        run: |
${indented(sendScript(wait, WARN_ON_GITHUB), 10)}
      - name: Keep the ledger
        if: always()
        run: |
${indented(KEEP, 10)}
`,
    ],
  ])
}

/** `.gitlab-ci.yml`: the same. CI_PUSH_TOKEN is a project access token that may push to the branch. */
export function gitlabPipeline(lines: readonly CronLine[]): Map<string, string> {
  const wait = Math.max(30, ...lines.map((line) => line.wait))
  return new Map([
    [
      '.gitlab-ci.yml',
      `image: node:24
check:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"
    BASE_REF: $CI_MERGE_REQUEST_TARGET_BRANCH_NAME
  script:
    - npm ci
    - git fetch -q origin "$BASE_REF"
    - npx broadsheet check --since "origin/$BASE_REF" --format junit > findings.xml
  after_script:
    - |
${indented(BUILD_CHANGED, 6)}
  artifacts:
    when: always
    paths: [dist/]
    reports:
      junit: findings.xml
# Schedules are made in GitLab (Build, Pipeline schedules), in UTC; \`npx broadsheet schedule --cron\` prints theirs:
${lines.map((line) => `#   ${cronText(line)}`).join('\n')}
send:
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  interruptible: false
  resource_group: broadsheet-send
  timeout: 6 hours
  # Some copies were deferred or rejected: a warning, and the next run goes on.
  allow_failure:
    exit_codes: 3
  variables:
    BROADSHEET_ON_BEGIN: ${JSON.stringify(ON_BEGIN)}
  script:
    - npm ci
    - git remote set-url origin "https://broadsheet:$CI_PUSH_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"
    - |
${indented(IDENTITY + BRING_BACK, 6)}
    - |
${indented(sendScript(wait, FAIL_ON_GITLAB), 6)}
  after_script:
    - |
${indented(KEEP, 6)}
`,
    ],
  ])
}
