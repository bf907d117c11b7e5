// Writes CharacterClasses.txt: the characters beyond ASCII that Hugging Face's own tokenizers library (Rust, through its npm package)
// deletes in clean-up (D), strips as accents (M) or takes as punctuation (P). Its tables are of Unicode 8.0, whatever the version of the
// framework that reads this.
//
// usage: npm install tokenizers@0.23.2 && node character_classes.cjs
const fs = require('fs');
const path = require('path');
const T = require('tokenizers');

const clean = T.bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents: false, lowercase: false });
const strip = T.bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents: true, lowercase: false });
const split = T.bertPreTokenizer();

function classOf(code) {
  if (code >= 0xD800 && code <= 0xDFFF) return null;
  const text = 'a' + String.fromCodePoint(code) + 'b';
  if (clean.normalizeString(text) === 'ab') return 'D';
  if (strip.normalizeString(text) === 'ab') return 'M';
  return split.preTokenizeString(text).length === 3 ? 'P' : null;
}

const lines = [];
let first = 0, current = null;
for (let code = 0x80; code <= 0x110000; code++) {
  const next = code <= 0x10FFFF ? classOf(code) : null;
  if (next === current) continue;
  if (current) lines.push(`${current} ${first.toString(16)} ${(code - 1).toString(16)}`.toUpperCase());
  [first, current] = [code, next];
}
fs.writeFileSync(path.join(__dirname, 'CharacterClasses.txt'), lines.join('\n') + '\n');
