/** Editions nothing is wrong with, made up in six languages; the same seed makes the same edition. */
interface Pool {
  subjects: string[]
  deeds: string[]
  sentences: string[]
  caption: string
  alt: string
  join(subject: string, deed: string): string
  space: string
}

const spaced = { join: (subject: string, deed: string): string => `${subject} ${deed}`, space: ' ' }

const POOLS: Record<string, Pool> = {
  en: {
    ...spaced,
    subjects: [
      'The harbour board',
      'The old cinema',
      'A young baker',
      'The night ferry',
      'The town orchestra',
      'A retired pilot',
      'The river path',
      'The grammar school',
    ],
    deeds: [
      'opens its doors again',
      'looks for new premises',
      'wins over the council',
      'waits for better weather',
      'turns forty this week',
      'gets a second chance',
    ],
    sentences: [
      'The decision came late on Tuesday, after two hours of talk.',
      'Nobody had expected it so soon, least of all the neighbours.',
      'Rents stay as they were until the spring.',
      '“We are glad,” says the chair; the treasurer is not so sure.',
      'Work begins in March and ends, with luck, before the summer.',
      'It’s the third attempt in ten years.',
    ],
    caption: 'The quay at low tide, seen from the customs house',
    alt: 'Boats lie on the mud under a pale sky',
  },
  de: {
    ...spaced,
    subjects: [
      'Der Hafenrat',
      'Das alte Kino',
      'Eine junge Bäckerin',
      'Die Nachtfähre',
      'Das Stadtorchester',
      'Ein früherer Lotse',
      'Der Uferweg',
      'Die Lateinschule',
    ],
    deeds: [
      'öffnet wieder',
      'sucht neue Räume',
      'überzeugt den Rat',
      'wartet auf besseres Wetter',
      'wird diese Woche vierzig',
      'bekommt eine zweite Chance',
    ],
    sentences: [
      'Die Entscheidung fiel spät am Dienstag, nach zwei Stunden Beratung.',
      'So früh hatte niemand damit gerechnet, am wenigsten die Nachbarn.',
      'Die Mieten bleiben bis zum Frühjahr, wie sie sind.',
      '„Wir sind froh“, sagt die Vorsitzende; der Kämmerer zögert noch.',
      'Die Arbeiten beginnen im März und enden, mit Glück, vor dem Sommer.',
    ],
    caption: 'Der Kai bei Ebbe, vom Zollhaus aus gesehen',
    alt: 'Boote liegen im Schlick unter hellem Himmel',
  },
  fr: {
    ...spaced,
    subjects: [
      'Le conseil du port',
      'Le vieux cinéma',
      'Une jeune boulangère',
      'Le bac de nuit',
      'L’orchestre municipal',
      'Un ancien pilote',
      'Le chemin de halage',
      'Le lycée',
    ],
    deeds: [
      'rouvre ses portes',
      'cherche de nouveaux locaux',
      'convainc les élus',
      'attend une éclaircie',
      'fête ses quarante ans',
      'obtient une seconde chance',
    ],
    sentences: [
      'La décision est tombée tard mardi, après deux heures de débat.',
      'Personne ne l’attendait si tôt, et surtout pas les voisins.',
      'Les loyers restent inchangés jusqu’au printemps.',
      '« Nous sommes heureux », dit la présidente ; le trésorier hésite.',
      'Les travaux commencent en mars et s’achèvent avant l’été.',
    ],
    caption: 'Le quai à marée basse, vu de la douane',
    alt: 'Des barques reposent sur la vase sous un ciel pâle',
  },
  es: {
    ...spaced,
    subjects: [
      'La junta del puerto',
      'El viejo cine',
      'Una joven panadera',
      'El barco nocturno',
      'La orquesta municipal',
      'Un piloto jubilado',
      'El paseo del río',
      'El instituto',
    ],
    deeds: [
      'abre de nuevo sus puertas',
      'busca otro local',
      'convence al concejo',
      'espera mejor tiempo',
      'cumple cuarenta años',
      'recibe otra oportunidad',
    ],
    sentences: [
      'La decisión llegó tarde el martes, tras dos horas de debate.',
      'Nadie la esperaba tan pronto, y menos los vecinos.',
      'Los alquileres siguen igual hasta la primavera.',
      '«Estamos contentos», dice la presidenta; el tesorero duda.',
      'Las obras empiezan en marzo y acaban antes del verano.',
    ],
    caption: 'El muelle con marea baja, visto desde la aduana',
    alt: 'Barcas sobre el barro bajo un cielo claro',
  },
  ar: {
    ...spaced,
    subjects: [
      'مجلس الميناء',
      'دار السينما القديمة',
      'خبازة شابة',
      'عبّارة الليل',
      'فرقة المدينة',
      'طيار متقاعد',
      'ممشى النهر',
      'المدرسة الكبرى',
    ],
    deeds: [
      'تفتح أبوابها من جديد',
      'تبحث عن مكان آخر',
      'تقنع المجلس',
      'تنتظر طقسًا أفضل',
      'تبلغ الأربعين هذا الأسبوع',
      'تنال فرصة ثانية',
    ],
    sentences: [
      'جاء القرار متأخرًا يوم الثلاثاء بعد ساعتين من النقاش.',
      'لم يتوقعه أحد بهذه السرعة، ولا سيما الجيران.',
      'تبقى الإيجارات كما هي حتى الربيع.',
      'تبدأ الأعمال في مارس وتنتهي قبل الصيف.',
    ],
    caption: 'الرصيف عند الجزر كما يبدو من مبنى الجمارك',
    alt: 'قوارب على الطين تحت سماء شاحبة',
  },
  ja: {
    subjects: [
      '港の委員会',
      '古い映画館',
      '若いパン職人',
      '夜の渡し船',
      '町の楽団',
      '引退した水先人',
      '川沿いの道',
      '中学校',
    ],
    deeds: [
      'が再び扉を開く',
      'が新しい場所を探す',
      'が議会を説得する',
      'が天気の回復を待つ',
      'が今週四十年を迎える',
      'に二度目の機会',
    ],
    sentences: [
      '決定は火曜の夜遅く、二時間の話し合いの後に下された。',
      'これほど早いとは、近所の人も思っていなかった。',
      '家賃は春まで変わらない。',
      '工事は三月に始まり、夏の前に終わる見込みだ。',
    ],
    caption: '税関から見た干潮の岸壁',
    alt: '淡い空の下、泥の上に並ぶ小舟',
    join: (subject, deed) => subject + deed,
    space: '',
  },
}

export const LANGUAGES = Object.keys(POOLS)
const TEMPLATES = ['broadsheet', 'bulletin', 'wire']
const TOPICS = ['port', 'town', 'arts', 'school', 'river']
const PICTURES = ['clocks', 'lighthouse', 'abacus', 'page-house', 'letters', 'moustache', 'type-sorts']

/** broadsheet.yaml and an edition of 1 to 40 entries, for one number of a series. */
export function goodEdition(number: number, date: string): { publication: string; edition: string; entries: number } {
  const draw = randomFrom(number)
  const language = LANGUAGES[number % LANGUAGES.length] ?? 'en'
  const pool = POOLS[language] as Pool
  const entries = 1 + ((number * 7) % 40)
  const pairs = pool.subjects.flatMap((subject) => pool.deeds.map((deed) => pool.join(subject, deed)))
  const headlines = shuffled(pairs, draw).slice(0, entries)
  const pictures = shuffled(PICTURES, draw)
  const lines = ['entries:']
  for (const [index, headline] of headlines.entries()) {
    const sentences = shuffled(pool.sentences, draw).slice(0, 2 + Math.floor(draw() * 2))
    lines.push(
      `  - topic: ${TOPICS[index % TOPICS.length]}`,
      `    headline: ${JSON.stringify(headline)}`,
      `    url: https://news.example.org/${language}/${number}/${index}`,
      `    summary: ${JSON.stringify(sentences.join(pool.space))}`,
    )
    if (draw() < 0.3) lines.push(`    published: ${date}`)
    if (draw() < 0.3) lines.push('    source: Gazette')
    const picture = draw() < 0.4 ? pictures.pop() : undefined
    if (picture !== undefined)
      lines.push(
        '    image:',
        `      src: images/${picture}.png`,
        `      alt: ${JSON.stringify(pool.alt)}`,
        `      caption: ${JSON.stringify(pool.caption)}`,
        '      credit: A. Writer/Gazette',
      )
  }
  const publication = `name: The Harbour Post
id: harbour-post
from: The Harbour Post <post@harbour.example>
postalAddress: 1 Quay Street, Hull
url: https://harbour.example
language: ${language}
timezone: Europe/London
template: ${TEMPLATES[Math.floor(number / LANGUAGES.length) % TEMPLATES.length]}
images: ${number % 2 === 0 ? 'embed' : 'link'}
topics: [${TOPICS.map((id) => `{ id: ${id}, name: ${id} }`).join(', ')}]
`
  return { publication, edition: `${lines.join('\n')}\n`, entries }
}

function shuffled<Item>(items: readonly Item[], draw: () => number): Item[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
