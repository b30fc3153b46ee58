// What is wrong with the page that is shown, as a list of sentences; empty when nothing is.
// Basics that a program can decide (WCAG 2.2: 1.1.1, 1.3.1, 1.4.3, 2.4.2, 2.4.6, 3.1.1, 4.1.2), not a whole review.
(languages) => {
  const problems = [];
  const brief = (element) => `<${element.tagName.toLowerCase()}> "${(element.textContent || "").trim().slice(0, 30)}"`;

  // --- Structure -----------------------------------------------------------------------------------------------
  if (!languages.includes(document.documentElement.lang)) {
    problems.push(`the page says it is in "${document.documentElement.lang}", expected ${languages.join(" or ")}`);
  }
  if (!document.title.trim()) problems.push("the page has no title");
  for (const [tag, wanted] of [["h1", 1], ["main", 1]]) {
    const found = document.querySelectorAll(tag).length;
    if (found !== wanted) problems.push(`${found} <${tag}> instead of ${wanted}`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`${brief(heading)} follows a heading of level ${level}`);
    level = next;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`two elements are "${id}"`);
  for (const element of document.querySelectorAll("[aria-labelledby], label[for]")) {
    const wanted = element.getAttribute("aria-labelledby") || element.getAttribute("for");
    if (!document.getElementById(wanted)) problems.push(`${brief(element)} refers to "${wanted}", which is not there`);
  }

  // --- Names ---------------------------------------------------------------------------------------------------
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!field.labels.length && !field.ariaLabel) problems.push(`the field "${field.name}" has no label`);
  }
  for (const control of document.querySelectorAll("a[href], button, summary, [role=img], img")) {
    const name = control.ariaLabel || control.getAttribute("alt") || (control.role === "img" ? "" : control.textContent);
    if (!name || !name.trim()) problems.push(`${brief(control)} has no name`);
  }

  // --- Contrast: every text on the page, also where large text would be allowed less ---------------------------------
  const rgba = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { channels: [red, green, blue], alpha };
  };
  const over = (top, below) => top.channels.map((value, i) => value * top.alpha + below[i] * (1 - top.alpha));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (channels) => {
    const [red, green, blue] = channels.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (colour, element) => {
    const below = ground(element);
    const [light, dark] = [luminance(over(rgba(colour), below)), luminance(below)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const judge = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    const ratio = contrast(style.color, element);
    if (ratio < 4.5) problems.push(`${brief(element)}${pseudo || ""} has a contrast of ${ratio.toFixed(2)}`);
  };
  const written = new Set(document.querySelectorAll("input:not([type=hidden]), select, textarea"));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && !holder.closest("script, style, select")) written.add(holder);
  }
  written.forEach((element) => judge(element));
  for (const element of document.body.querySelectorAll("*")) {
    if (!["none", "normal"].includes(getComputedStyle(element, "::before").content)) judge(element, "::before");
  }

  // --- Focus: the Tab key is pressed from outside, and after each press this says where it led and how that looks ------
  // No listener does this, because pages are also judged where scripts are off.
  const all = [...document.querySelectorAll("*")];
  const reachable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const controls = [...document.querySelectorAll(reachable)].filter((element) => element.checkVisibility());
  window.judgeFocus = () => {
    const at = document.activeElement;
    if (!at || at === document.body) return [-1, ""];
    const style = getComputedStyle(at);
    const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const ratio = drawn ? contrast(style.outlineColor, at.parentElement) : 0;
    const box = at.getBoundingClientRect();
    const seen = box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
    const fault = !drawn ? "shows no outline of 2 px"
      : ratio < 3 ? `has an outline of contrast ${ratio.toFixed(2)}`
      : !seen ? "is out of sight" : "";
    return [all.indexOf(at), fault && `with focus, ${brief(at)} ${fault}`];
  };
  return { problems, controls: controls.map((element) => [all.indexOf(element), brief(element)]) };
}
