// A chart that stays while its figure changes: a zoom or a hidden line outlives the next epoch.

const NAME = /"#0000(\d\d)([0-9A-F]{2})?"/g  // of a color of the theme, opacity behind it (figures/theme.py)

const library = () => window.mnistlabPlotly ??= new Promise((resolve, reject) => {
  const own = document.querySelector("script[type=module][src]").src  // Streamlit's: base/static/js/...
  const script = Object.assign(document.createElement("script"), {
    src: new URL("../../lab/plotly.min.js", own),
    onload: () => resolve(window.Plotly),
    onerror: () => {
      window.mnistlabPlotly = undefined  // the next figure tries again
      reject(new Error("Plotly did not load"))
    },
  })
  document.head.append(script)
})

function theme(style) {
  const of = (name) => style.getPropertyValue(`--st-${name}`).trim()
  const list = (kind) => of(`chart-${kind}-colors`).split(",").map((color) => color.trim())
  return {
    colors: [null, ...list("categorical"), ...list("sequential"), ...list("diverging"),
      ...Array(6), of("text-color"), of("background-color")],
    layout: {
      font: { family: of("font"), size: 12, color: of("text-color") },
      title: { x: 0, xanchor: "left", pad: { l: 4 },
        font: { family: of("heading-font"), size: 16, weight: 700, color: of("heading-color") } },
    },
  }
}

// The values under the pointer, in a line of their own: a box beside it would cover the curves.
function listen(place) {
  if (place.listens) return
  place.listens = true
  const readout = place.nextElementSibling
  const span = (text) => Object.assign(document.createElement("span"), { textContent: text })
  place.on("plotly_hover", ({ points }) => readout.replaceChildren(span(`epoch ${points[0].x}`),
    ...points.toSorted((a, b) => a.curveNumber - b.curveNumber).map(({ text, fullData }) => {
      const value = span(`${fullData.name}: ${text}`)
      const mark = document.createElement("i")
      mark.style.background = fullData.line?.color ?? fullData.marker.color
      value.prepend(mark)
      return value
    })))
  place.on("plotly_unhover", () => readout.replaceChildren())
}

async function draw(place) {
  if (!place.seen || place.held) return
  const { colors, layout } = theme(getComputedStyle(place))
  const text = place.figure.replace(NAME, (_, at, opacity = "") => `"${colors[+at]}${opacity}"`)
  const looks = text + JSON.stringify(layout)
  if (place.looks === looks) return
  place.looks = looks
  const figure = JSON.parse(text)
  figure.layout.template = { layout }
  const told = figure.layout.hovermode === "x unified"
  if (told) for (const line of figure.data) Object.assign(line, { hoverinfo: "none", hovertemplate: undefined })
  try {
    const Plotly = await library()
    if (place.looks !== looks) return  // overtaken by the next
    await Plotly.react(place, figure.data, figure.layout, place.config)
    if (told && place.on) listen(place)  // it may have ended meanwhile
  } catch (error) {
    if (place.isConnected) place.looks = null
    console.warn(error)
  }
}

function begin(place) {
  const seen = new IntersectionObserver((entries) => {
    place.seen = entries.at(-1).isIntersecting
    draw(place)
  })
  // Drawn once more: a legend whose rows the new width breaks anew is first placed as the old ones were.
  const size = new ResizeObserver(() => place.layout && place.clientWidth
    && window.Plotly.Plots.resize(place).then(() => window.Plotly.redraw(place)))
  seen.observe(place)
  size.observe(place)
  // What is being dragged is not changed under the pointer.
  const hold = () => place.held = true
  const release = () => setTimeout(() => {
    place.held = false
    draw(place)
  })
  place.addEventListener("pointerdown", hold, true)
  const ends = ["pointerup", "pointercancel"]  // a finger that scrolls the page is canceled
  for (const each of ends) window.addEventListener(each, release)
  return () => {
    for (const each of [seen, size]) each.disconnect()
    for (const each of ends) window.removeEventListener(each, release)
    window.Plotly?.purge(place)
  }
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".chart")
  place.figure = data.figure
  place.config = data.config
  place.style.height = `${data.height}px`
  place.setAttribute("aria-label", data.alt)
  place.end ??= begin(place)
  draw(place)
  return () => place.isConnected || place.end()  // a call that is overtaken by the next is ended, too
}
