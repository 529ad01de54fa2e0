// What a browser does with a figure of plain markup: paint its fields, tell what is under the pointer, report clicks.

const NEAR = 8  // px to a line or a point

function stops(colors, style) {
  const list = (name) => style.getPropertyValue(name).split(",")
  if (colors === "ink") return [[0, "#F4F1EA"], [1, "#1B1C22"]]
  if (colors === "sequential") return list("--st-chart-sequential-colors").map((color, at) => [at / 9, color])
  const both = list("--st-chart-diverging-colors").map((color, at) => [(at < 5 ? 0 : -0.062) + at * 0.118, color])
  return [...both, [0.5, style.getPropertyValue("--st-background-color")]]
}

const known = new Map()  // palettes of the themes that were seen

function palette(colors, style) {
  const key = colors + style.getPropertyValue("--st-background-color")
  if (!known.has(key)) known.set(key, painted(stops(colors, style)))
  return known.get(key)
}

function painted(stops) {
  const pen = Object.assign(document.createElement("canvas"), { width: 255, height: 1 }).getContext("2d")
  const ramp = pen.createLinearGradient(0.5, 0, 254.5, 0)  // from middle to middle: the ends are exact
  for (const [at, color] of stops) ramp.addColorStop(Math.min(1, at), color.trim())
  pen.fillStyle = ramp
  pen.fillRect(0, 0, 255, 1)
  return new Uint32Array([...new Uint32Array(pen.getImageData(0, 0, 255, 1).data.buffer), 0])
}

function paint(canvas, field, palette) {
  canvas.width = field.width
  canvas.height = field.height
  const pen = canvas.getContext("2d")
  const image = pen.createImageData(field.width, field.height)
  const pixels = new Uint32Array(image.data.buffer)
  const levels = atob(field.levels)
  for (let at = 0; at < pixels.length; at++) pixels[at] = palette[levels.charCodeAt(at)]
  pen.putImageData(image, 0, 0)
}

// What had the focus in the old markup has it in the new one.
function renew(stage, markup) {
  const before = stage.querySelector(".field:focus")
  stage.innerHTML = stage.markup = markup
  const after = before && stage.querySelector(`.field[data-field="${before.dataset.field}"]`)
  if (!after) return
  if (before.cell !== undefined) after.cell = before.cell
  after.tabIndex = 0
  after.focus()
}

// A field whose cells can be clicked is reached by Tab; arrows go from cell to cell, Enter is the click.
function reachable(place, field) {
  place.tabIndex = 0
  place.setAttribute("role", "group")
  place.setAttribute("aria-label", `${field.cells} cells: arrow keys go from one to the next, Enter picks`)
  point(place, field, place.cell ?? 0)
}

function point(place, field, cell) {
  const cursor = place.querySelector(".cursor") ?? place.appendChild(document.createElement("span"))
  cursor.className = "cursor"
  place.cell = Math.min(cell, field.cells - 1)
  const [row, column] = [Math.floor(place.cell / field.columns), place.cell % field.columns]
  const [across, down] = [100 / field.columns, 100 / field.rows]
  cursor.style = `left: ${column * across}%; top: ${row * down}%; width: ${across}%; height: ${down}%`
}

function distance(x, y, [x0, y0, x1, y1], box) {
  const [ax, ay, bx, by] = [x0 * box.width, y0 * box.height, x1 * box.width, y1 * box.height]
  const [dx, dy] = [bx - ax, by - ay]
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const sketch = parentElement.querySelector(".sketch")
  const label = parentElement.querySelector(".label")
  const stage = parentElement.querySelector(".stage")
  const style = getComputedStyle(sketch)
  if (stage.markup !== data.markup) renew(stage, data.markup)
  sketch.setAttribute("aria-label", data.alt)
  for (const kind of ["diverging", "categorical", "sequential"]) style.getPropertyValue(
    `--st-chart-${kind}-colors`).split(",").forEach(
    (color, at) => sketch.style.setProperty(`--${kind}-${at + 1}`, color))
  for (const place of stage.querySelectorAll(".field")) {
    const field = data.fields[place.dataset.field]
    paint(place.firstChild, field, palette(field.colors, style))
    if (field.clickable && field.cells > 1) reachable(place, field)
  }

  const cellAt = (event) => {
    const place = event.target.closest(".field")
    if (!place) return null
    const field = data.fields[place.dataset.field]
    const box = place.getBoundingClientRect()
    const share = (at, start, size, count) => Math.min(count - 1, Math.max(0, Math.floor((at - start) / size * count)))
    const row = share(event.clientY, box.top, box.height, field.rows)
    const column = share(event.clientX, box.left, box.width, field.columns)
    const cell = row * field.columns + column
    return cell < field.cells ? { field, number: +place.dataset.field, row, column, cell } : null
  }
  const markAt = (event) => {
    const wires = stage.querySelector(".wires")
    if (!wires) return -1
    const box = wires.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    let best = -1, least = NEAR
    data.marks.ends.forEach((ends, at) => {
      const far = distance(x, y, ends, box)
      if (far < least) [best, least] = [at, far]
    })
    return best
  }
  const said = (found) => found.field.says.replace(/{(\w+)}/g, (_, name) =>
    found.field.lists[name]?.[found.cell] ?? found[name])
  const words = (event) => {
    const own = event.target.closest("[data-says]")
    if (own) return own.dataset.says
    const found = cellAt(event)
    return found ? said(found) : ""
  }
  const show = (mark) => {
    const [x0, y0, x1, y1] = mark >= 0 ? data.marks.ends[mark].map((at) => 1000 * at) : [0, 0, 0, 0]
    stage.querySelector(".hovered")?.setAttribute("d", mark >= 0 ? `M${x0} ${y0}L${x1} ${y1}` : "")
  }
  sketch.onpointermove = (event) => {
    const mark = event.target.closest("[data-says]") ? -1 : markAt(event)
    show(mark)
    const says = mark >= 0 ? data.marks.says[mark] : words(event)
    label.hidden = !says
    label.textContent = says
    const box = sketch.getBoundingClientRect()
    const right = event.clientX > box.left + box.width / 2
    label.style.left = `${event.clientX - box.left + (right ? -10 : 14)}px`
    label.style.top = `${event.clientY - box.top + 14}px`
    label.style.transform = right ? "translateX(-100%)" : ""
  }
  sketch.onkeydown = (event) => {
    const place = event.target.closest(".field[tabindex]")
    if (!place) return
    const [number, field] = [+place.dataset.field, data.fields[place.dataset.field]]
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -field.columns, ArrowDown: field.columns }[event.key]
    const picks = event.key === "Enter" || event.key === " "
    if (!step && !picks) return
    event.preventDefault()
    if (picks) return setTriggerValue("pick", [number, place.cell])
    const next = place.cell + step
    if (next >= 0 && next < field.cells) point(place, field, next)
    const [row, column] = [Math.floor(place.cell / field.columns), place.cell % field.columns]
    label.hidden = false
    label.textContent = said({ field, row, column, cell: place.cell })
    const [box, own] = [sketch.getBoundingClientRect(), place.querySelector(".cursor").getBoundingClientRect()]
    label.style = `left: ${own.left - box.left}px; top: ${own.bottom - box.top + 6}px`
  }
  sketch.querySelector(".save").onclick = () => save(sketch)
  sketch.onfocusout = () => label.hidden = true
  sketch.onpointerleave = () => {
    sketch.pressed = false
    label.hidden = true
    show(-1)
  }
  const pick = (event) => {
    const found = cellAt(event)
    if (found?.field.clickable) setTriggerValue("pick", [found.number, found.cell])
    const mark = data.marks.clickable ? markAt(event) : -1
    if (mark >= 0) setTriggerValue("pick", [-1, mark])
  }
  // A browser knows no click on what was drawn anew between press and release: so it is counted at the release.
  sketch.onpointerdown = (event) => sketch.pressed = event.isPrimary && event.button === 0
  sketch.onpointerup = (event) => {
    if (sketch.pressed) pick(event)
    sketch.pressed = false
  }
  sketch.onpointercancel = () => sketch.pressed = false  // a finger that scrolls
  sketch.onclick = (event) => event.detail || pick(event)  // without a pointer, as a screen reader does
}
