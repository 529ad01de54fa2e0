// A figure of plain markup as a PNG: the browser draws a copy of it that needs nothing from the page.

const SCALE = 2  // pixels for each px
const MARGIN = 12  // px around the figure

const base64 = (blob) => new Promise((done) => {
  const reader = new FileReader()
  reader.onload = () => done(reader.result)
  reader.readAsDataURL(blob)
})

async function fonts(families) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  const used = rules.filter((rule) => rule instanceof CSSFontFaceRule && rule.style.fontStyle !== "italic"
    && families.includes(rule.style.fontFamily.replace(/["']/g, "")))
  const whole = await Promise.all(used.map(async (rule) => {
    const address = rule.style.src.match(/url\("([^"]+)"\)/)[1]
    const file = await fetch(new URL(address, rule.parentStyleSheet.href ?? document.baseURI))
    return rule.cssText.replace(/src:[^;]+;/, `src: url(${await base64(await file.blob())});`)
  }))
  return whole.join("\n")
}

function still(sketch) {
  const copy = sketch.cloneNode(true)
  copy.querySelectorAll(".label, .save").forEach((part) => part.remove())
  const painted = sketch.querySelectorAll("canvas")
  copy.querySelectorAll("canvas").forEach((canvas, at) => {
    const picture = document.createElement("img")
    picture.src = painted[at].toDataURL()
    picture.style = "display: block; width: 100%; height: 100%; image-rendering: pixelated"
    canvas.replaceWith(picture)
  })
  return new XMLSerializer().serializeToString(copy)
}

async function png(sketch) {
  const root = sketch.getRootNode()
  const css = [...root.querySelectorAll("style")].map((sheet) => sheet.textContent).join("\n")
  const style = getComputedStyle(sketch)
  const names = new Set(css.match(/--[a-z][\w-]*/g))
  const values = [...names].map((name) => `${name}: ${style.getPropertyValue(name)};`).join(" ")
  const families = [style.fontFamily, style.getPropertyValue("--st-heading-font")].join().split(",")
  const known = await fonts(families.map((name) => name.trim().replace(/["']/g, "")))
  const [width, height] = [sketch.offsetWidth + 2 * MARGIN, sketch.offsetHeight + 2 * MARGIN]
  const size = getComputedStyle(document.documentElement).fontSize
  const paper = `padding: ${MARGIN}px; background: ${style.getPropertyValue("--st-background-color")};`
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
    style="font-size: ${size}"><style><![CDATA[${known}\n${css}]]></style>
    <foreignObject width="${width}" height="${height}">
    <div xmlns="http://www.w3.org/1999/xhtml" style="box-sizing: border-box; width: ${width}px;
      height: ${height}px; ${paper} ${values.replace(/"/g, "'")}">${still(sketch)}</div></foreignObject></svg>`
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(page)}`
  await image.decode()
  const canvas = Object.assign(document.createElement("canvas"), { width: SCALE * width, height: SCALE * height })
  const pen = canvas.getContext("2d")
  pen.scale(SCALE, SCALE)
  pen.drawImage(image, 0, 0)
  return canvas.toDataURL("image/png")
}

async function save(sketch) {
  const link = document.createElement("a")
  link.download = "mnistlab.png"
  link.href = await png(sketch)
  link.click()
}
