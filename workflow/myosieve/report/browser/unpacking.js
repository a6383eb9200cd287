// The programs of report.html are one module, built of the files of this folder in the order that page.py names.
// Data and libraries stand in the page as base64 of a zlib stream.

async function unpacked(id) {
  const text = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

const dataOf = async (id) => JSON.parse(await unpacked(`${id}-data`));

const libraries = new Map();

// A library runs once, when it is first needed; the page's policy knows the digest of its text.
function library(name) {
  if (!libraries.has(name)) {
    const running = unpacked(`library-${name}`).then((text) => {
      const script = document.createElement("script");
      script.textContent = text;
      document.head.append(script);
    });
    libraries.set(name, running);
  }
  return libraries.get(name);
}

// An element with properties and children; names from tables become text nodes, never markup.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

// Plotly reads a few HTML tags in its texts.
const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const signed = (value, digits = 2) => (value === null ? "" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`);
// An interval may be open: a protein that one condition lacks has a fold change of at least so much.
function interval(low, high) {
  if (low === null && high === null) return "";
  if (high === null) return ` [from ${signed(low)}]`;
  return low === null ? ` [to ${signed(high)}]` : ` [${signed(low)} to ${signed(high)}]`;
}

const smallNumber = (value) => (value === null ? "" : value < 0.001 ? value.toExponential(1) : value.toPrecision(2));
const words = (name) => (name ?? "").replaceAll("_", " ");
