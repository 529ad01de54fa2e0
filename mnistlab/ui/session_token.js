const TOKEN = "mnistlab-token"
const LIVE = "mnistlab-live"

export default function (component) {
  const { data, setStateValue } = component
  const store = window.sessionStorage
  if (!window.mnistlabTab) {
    window.mnistlabTab = { copied: store.getItem(LIVE) === "1" }
    store.setItem(LIVE, "1")
    // A copy that is reloaded before it has a lab of its own is a copy still.
    window.addEventListener("pagehide", () => store.setItem(LIVE, window.mnistlabTab.copied ? "1" : "0"))
    window.addEventListener("pageshow", () => store.setItem(LIVE, "1"))
  }
  const { token, settled, asked } = data
  const remembered = store.getItem(TOKEN)
  if (settled || !remembered || remembered === token) {
    store.setItem(TOKEN, token)
    window.mnistlabTab.copied = false
  } else {
    setStateValue("found", { asked, token: remembered, copied: window.mnistlabTab.copied })
  }
}
