// The ten bars, which stay the same elements while their heights change: so the style sheet can move them.

function morph(now, next) {
  if (now.tagName !== next.tagName || now.children.length !== next.children.length) return now.replaceWith(next)
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value)
  if (!now.children.length) return now.textContent === next.textContent || (now.textContent = next.textContent)
  const children = [...next.children]
  children.forEach((child, place) => morph(now.children[place], child))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".ten")
  Object.assign(pen, data.pen, { send: (sheet) => setTriggerValue("sheet", sheet) })
  // The pen is up: what counts is on its way, and what the sheet was before is not shown any more.
  if (data.sheet === null || pen.down || !place.firstChild) {
    const next = Object.assign(document.createElement("template"), { innerHTML: data.markup }).content.firstChild
    place.firstChild ? morph(place.firstChild, next) : place.append(next)
    place.dataset.sheet = data.sheet ?? ""  // when it was sampled
  }
  answered(data.answered)
  return () => place.isConnected || (pen.canvas = null)
}
