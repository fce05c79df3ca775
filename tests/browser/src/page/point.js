(selector) => {
  const element = document.querySelector(selector);
  if (!element) return { wrong: "no such element" };
  if (element.disabled) return { wrong: "it is disabled" };
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  if (getComputedStyle(element).visibility !== "visible") return { wrong: "it is hidden" };
  const box = [...element.getClientRects()].find((r) => r.width > 0 && r.height > 0);
  if (!box) return { wrong: "it takes up no room" };
  const x = box.left + box.width / 2;
  const y = box.top + box.height / 2;
  const hit = document.elementFromPoint(x, y);
  if (!hit) return { wrong: "it is outside of the window" };
  const labels = [...(element.labels || [])];
  if (element.contains(hit) || labels.some((label) => label.contains(hit))) return { x, y };
  const name = hit.tagName.toLowerCase() + (hit.id ? "#" + hit.id : "");
  return { wrong: "it is covered by " + name };
}
