import { type CronLine, cronText } from '../delivery/cron.ts'

/** Actions are pinned to commits: a tag can be moved. */
const CHECKOUT = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2'
const SETUP_NODE = 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0'
const UPLOAD = 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2'

/** The branch that keeps ledger and notes between runs. */
const STATE = 'broadsheet-state'
/** Stores that sending began, before the first copy leaves (docs/decisions/0008). */
const ON_BEGIN = `git -C .broadsheet add -f begun && git -C .broadsheet commit -qm 'Sending begins' && git -C .broadsheet push -q origin HEAD:refs/heads/${STATE}`

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
elif [ "$code" = 2 ]; then
  state=$(git commit-tree "$(git hash-object -t tree /dev/null)" -m 'Nothing sent yet')
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
/** Exit code 3 is a warning, unless copies are unknown or too many were rejected. */
const sendScript = (wait: number, warn: string): string => `
set -uo pipefail
code=0
npx broadsheet send --due --wait ${wait}m --live --json > send.json || code=$?
cat send.json
if [ "$code" = 3 ] && ! grep -q '"alarm": true' send.json; then
  ${warn}
  code=0
fi
exit "$code"
`
/** One commit without a past, so that the branch does not grow. */
const KEEP = `
set -euo pipefail
cd .broadsheet
touch begun ledger.db 2> /dev/null || true
git add -Af -- ledger.db* begun
state=$(git commit-tree "$(git write-tree)" -m 'The ledger')
git push -q --force origin "$state:refs/heads/${STATE}"
`
const BUILD_CHANGED = `
set -euo pipefail
git diff --name-only "origin/$BASE_REF...HEAD" -- digests | grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' | sort -u | while read -r date; do
  npx broadsheet build "$date" || true
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
          # Before the first copy leaves: if it fails, nothing is sent.
          BROADSHEET_ON_BEGIN: ${ON_BEGIN}
        run: |
${indented(sendScript(wait, "echo '::warning::Some copies were deferred or rejected; the summary of the job says how many.'"), 10)}
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
  variables:
    BROADSHEET_ON_BEGIN: ${JSON.stringify(ON_BEGIN)}
  script:
    - npm ci
    - git remote set-url origin "https://broadsheet:$CI_PUSH_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"
    - |
${indented(IDENTITY + BRING_BACK, 6)}
    - |
${indented(sendScript(wait, "echo 'Some copies were deferred or rejected.'"), 6)}
  after_script:
    - |
${indented(KEEP, 6)}
`,
    ],
  ])
}
