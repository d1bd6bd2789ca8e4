// @ts-check
/**
 * Changes a document into another in place, touching only what differs: scroll, selection and loaded pictures stay. What
 * stands after the body is not the email's, and stays as well.
 * @param {Document} old
 * @param {Document} wanted
 */
export function morphDocument(old, wanted) {
  morphAttributes(old.documentElement, wanted.documentElement)
  morph(old.head, wanted.head)
  morph(old.body, wanted.body)
}

/**
 * @param {Node} old
 * @param {Node} wanted
 */
function morph(old, wanted) {
  if (old.nodeType !== wanted.nodeType || old.nodeName !== wanted.nodeName) {
    const { ownerDocument, parentNode } = old
    parentNode?.replaceChild(/** @type {Document} */ (ownerDocument).importNode(wanted, true), old)
  } else if (isElement(old) && isElement(wanted)) {
    morphAttributes(old, wanted)
    morphChildren(old, wanted)
  } else if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue
}

/**
 * What is the same at both ends stays, so that an entry put in or taken out moves no other; the rest is paired in order.
 * @param {Element} old
 * @param {Element} wanted
 */
function morphChildren(old, wanted) {
  const olds = [...old.childNodes]
  const news = [...wanted.childNodes]
  let from = 0
  while (from < Math.min(olds.length, news.length) && same(olds[from], news[from])) from++
  let oldEnd = olds.length
  let newEnd = news.length
  while (oldEnd > from && newEnd > from && same(olds[oldEnd - 1], news[newEnd - 1])) {
    oldEnd--
    newEnd--
  }
  const after = olds[oldEnd] ?? null
  const paired = Math.min(oldEnd, newEnd)
  for (let index = from; index < paired; index++)
    morph(/** @type {Node} */ (olds[index]), /** @type {Node} */ (news[index]))
  for (const node of olds.slice(paired, oldEnd)) old.removeChild(node)
  for (const node of news.slice(paired, newEnd)) old.insertBefore(old.ownerDocument.importNode(node, true), after)
}

/**
 * @param {Element} old
 * @param {Element} wanted
 */
function morphAttributes(old, wanted) {
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of wanted.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
}

/**
 * @param {Node | undefined} one
 * @param {Node | undefined} other
 */
function same(one, other) {
  return one !== undefined && other !== undefined && one.isEqualNode(other)
}

/**
 * Not `instanceof`: the two come from different windows.
 * @param {Node} node
 * @returns {node is Element}
 */
function isElement(node) {
  return node.nodeType === 1
}
