// The clock's face goes on by itself between two answers of the server.

const face = () => document.getElementById("now");
let faceSet = null;

export function tick() {
  const { timestamp, zone } = face().dataset;
  if (faceSet?.timestamp !== timestamp) faceSet = { timestamp, at: performance.now() };
  const now = Number(timestamp) * 1000 + performance.now() - faceSet.at;
  const part = (options) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(now);
  const shown = `${part({ weekday: "short" })} ${part({ day: "numeric", month: "short" })} ${part({
    hour: "2-digit",
    minute: "2-digit",
  })}`;
  if (face().textContent !== shown) face().textContent = shown;
}
