(() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width > 0 && (box.right > root.clientWidth + 0.5 || box.left < -0.5);
    })
    .slice(0, 20)
    .map((e) => {
      const box = e.getBoundingClientRect();
      const name = e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map((c) => "." + c).join("");
      return `${name} from ${Math.round(box.left)} to ${Math.round(box.right)} of ${root.clientWidth}`;
    });
})()
