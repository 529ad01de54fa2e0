// What a browser does while the pen moves: it sends the sheet with the stroke in progress, again and again.

const EVERY = 125  // ms between two sheets, at least
const LATE = 250  // ms; answers that take longer are too old to be shown live, and the server has others to serve
const RESTS = 6  // times that the pause can double
const LOST = 5000  // ms without an answer, after which none is waited for

// The canvas's component keeps its layers in an open shadow root; over one another they are the sheet.
const LAYERS = ["canvas.dc-background-canvas", ".dc-canvas.lower-canvas", ".dc-canvas.upper-canvas"]
// By itself it sends a stroke 200 ms after its end, and loses one whose page is left before; its button sends at once.
const SEND = ["[aria-label='Update the app with this drawing']"], SENDS_ITSELF = 200

function partsOf(canvas, names) {
  for (const { shadowRoot } of document.querySelector(canvas)?.querySelectorAll("*") ?? []) {
    const parts = shadowRoot ? names.map((name) => shadowRoot.querySelector(name)) : [null]
    if (parts.every(Boolean)) return parts
  }
  return []
}

function pictureOf(layers, { width, height }) {
  const sheet = Object.assign(document.createElement("canvas"), { width, height })
  const brush = sheet.getContext("2d", { willReadFrequently: true })
  for (const layer of layers) brush.drawImage(layer, 0, 0, width, height)
  return sheet.toDataURL("image/png")
}

// One sheet is under way at most. Where answers come late, the pause before the next doubles, and halves again.
// There is one pen: it outlives the bars, which Streamlit may take away and put up again during a stroke.
const pen = { canvas: null, live: false, turn: 0, size: null, send: null, down: false }  // canvas: the selector
let moved = false, underWay = null, sent = 0, rests = 0, ended = 0, timer

function look() {
  clearTimeout(timer)
  if (!pen.down || !moved || !pen.live) return
  const wait = (underWay === null ? EVERY << rests : LOST) - (Date.now() - sent)
  if (wait > 0) return timer = setTimeout(() => requestAnimationFrame(look), wait)
  const layers = partsOf(pen.canvas, LAYERS)
  if (!layers.length) return
  moved = false
  underWay = sent = Date.now()
  pen.send({ number: sent, turn: pen.turn, picture: pictureOf(layers, pen.size) })
}

function answered(number) {
  if (number !== underWay) return
  rests = Date.now() - underWay > LATE ? Math.min(rests + 1, RESTS) : Math.max(rests - 1, 0)
  underWay = null
  requestAnimationFrame(look)
  sendStroke()
}

// Not while a sheet is under way: its answer, broken off, would leave the bars to be put up anew.
function sendStroke() {
  if (underWay !== null || Date.now() - ended > SENDS_ITSELF) return
  ended = 0
  requestAnimationFrame(() => partsOf(pen.canvas, SEND)[0]?.click())  // by then the stroke is there
}

const LISTENERS = {
  pointerdown: (event) => {
    pen.down = pen.canvas !== null && event.composedPath().some((node) => node.matches?.(pen.canvas))
    moved = false
  },
  pointermove: () => {
    if (!pen.down) return
    moved = true
    requestAnimationFrame(look)  // by then the stroke is drawn
  },
  pointerup: () => {
    if (!pen.down) return
    pen.down = false
    ended = Date.now()
    sendStroke()
  },
  pointercancel: () => pen.down = false,
}
for (const [name, listener] of Object.entries(LISTENERS)) window.addEventListener(name, listener, true)
