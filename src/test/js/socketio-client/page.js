// Run by ClientSnippetsTest: node page.js
// A page with a badge and a list around the documented page.mjs. Says on standard output what they show, and does what
// it is told on standard input.
import { createInterface } from "node:readline";

const elements = new Map();

class Element {
  constructor(name) {
    this.name = name;
  }

  set textContent(text) {
    console.log(this.name + " " + JSON.stringify(text));
  }
}

globalThis.document = Object.assign(new EventTarget(), {
  visibilityState: "visible",
  querySelector(selector) {
    const name = selector.slice(1);
    if (!elements.has(name)) elements.set(name, new Element(name));
    return elements.get(name);
  },
});

const { inbox } = await import(process.argv[2]);

const commands = {
  read: (...ids) => inbox.markRead(ids.map(Number)).then(() => console.log("marked " + ids)),
  look: () => document.dispatchEvent(new Event("visibilitychange")),
  close: () => inbox.close(),
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const [command, ...words] = line.split(" ");
  commands[command](...words);
});
