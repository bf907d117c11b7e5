// Writes lines.json: SHA-256 of the ids that Hugging Face's own tokenizers library (Rust, through its npm package) gives to each hundred
// of 10,000 lines of prose, in most of which odd Unicode from fragments.json is inserted. Only hashes are written, no text.
//
// usage: npm install tokenizers@0.23.2 && node lines.cjs DATA        (DATA has text/ and vocab/; the test names the files)
//
// OracleLines.cs makes the same lines. Positions are counted in UTF-16 units, so that surrogate pairs are cut apart, too.
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const T = require('tokenizers');

const count = 10000, group = 100;
const data = process.argv[2];
const files = ['text/wikipedia-en.txt.gz', 'text/books-en.txt.gz', 'text/wikitext2.valid.txt.gz'];
const fragments = JSON.parse(fs.readFileSync(path.join(__dirname, 'fragments.json'), 'utf8'));
const prose = files.flatMap(file =>
  zlib.gunzipSync(fs.readFileSync(path.join(data, file))).toString('utf8').split('\n').filter(line => line.length > 0));

// Numerical Recipes' linear congruential generator; the upper 16 bits of each state.
function generator(seed) {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return bound => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % bound;
  };
}

function oddity(next) {
  if (next(4) < 3) return fragments[next(fragments.length)];
  const plane = next(4) === 0 ? next(17) : 0;
  return String.fromCodePoint(plane * 65536 + next(65536));
}

function line(index) {
  const next = generator(index);
  let text = prose[Math.floor(index * prose.length / count)];
  for (let insertions = next(8) - 2; insertions > 0; insertions--) {
    const position = next(text.length + 1);
    text = text.slice(0, position) + oddity(next) + text.slice(position);
  }
  return text;
}

(async () => {
  const tokenizer = T.Tokenizer.fromFile(path.join(data, 'vocab/bert-base-uncased/tokenizer.json'));
  const sha256 = [];
  const dump = process.argv[3] && fs.openSync(process.argv[3], 'w');
  for (let start = 0; start < count; start += group) {
    const hash = crypto.createHash('sha256');
    for (let index = start; index < start + group; index++) {
      const ids = (await tokenizer.encode(line(index))).getIds().join(' ') + '\n';
      hash.update(ids);
      if (dump) fs.writeSync(dump, ids);
    }
    sha256.push(hash.digest('hex'));
  }
  const source = 'tokenizers ' + require('tokenizers/package.json').version;
  fs.writeFileSync(path.join(__dirname, 'lines.json'), JSON.stringify({ source, files, count, group, sha256 }, null, 1) + '\n');
})();
