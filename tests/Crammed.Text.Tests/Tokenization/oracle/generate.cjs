// Writes hugging-face.json: what Hugging Face's own tokenizers library (Rust, through its npm package) makes of our inputs.
//
// usage: npm install tokenizers@0.23.2 && node generate.cjs BERT-BASE-UNCASED/tokenizer.json
//
// The library orders continuation characters of a trained vocabulary by a random hash, so the section "training" differs from run to
// run; the test takes that order from the file.
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const T = require('tokenizers');

const inputs = JSON.parse(fs.readFileSync(path.join(__dirname, 'inputs.json'), 'utf8'));
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const uncased = T.bertNormalizer({ cleanText: true, handleChineseChars: true, stripAccents: true, lowercase: true });
const cased = T.bertNormalizer({ cleanText: true, handleChineseChars: true, stripAccents: false, lowercase: false });
const lowercaseOnly = T.bertNormalizer({ cleanText: true, handleChineseChars: true, stripAccents: false, lowercase: true });
const splitter = T.bertPreTokenizer();

function words(normalizer, text) {
  return splitter.preTokenizeString(normalizer.normalizeString(text)).map(([word]) => word);
}

function train(lines) {
  const tokenizer = new T.Tokenizer(T.WordPiece.init({}, { unkToken: '[UNK]', continuingSubwordPrefix: '##' }));
  tokenizer.setNormalizer(uncased);
  tokenizer.setPreTokenizer(splitter);
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'oracle-')), 'text.txt');
  fs.writeFileSync(file, lines.join('\n') + '\n');
  tokenizer.train([file]);
  return Object.entries(tokenizer.getVocab()).sort((a, b) => a[1] - b[1]).map(([token]) => token);
}

function small(vocabulary) {
  const ids = Object.fromEntries([...special, ...vocabulary].map((token, id) => [token, id]));
  const tokenizer = new T.Tokenizer(T.WordPiece.init(ids, { unkToken: '[UNK]', continuingSubwordPrefix: '##' }));
  tokenizer.setNormalizer(uncased);
  tokenizer.setPreTokenizer(splitter);
  tokenizer.setPostProcessor(T.bertProcessing(['[SEP]', 3], ['[CLS]', 2]));
  tokenizer.setDecoder(T.wordPieceDecoder('##', false));
  tokenizer.addSpecialTokens(special);
  return tokenizer;
}

async function encode(tokenizer, text) {
  const encoding = await tokenizer.encode(text);
  return { ids: encoding.getIds(), decoded: await tokenizer.decode(encoding.getIds(), true) };
}

async function pair(tokenizer, [first, second, maxLength]) {
  tokenizer.setTruncation(maxLength, { strategy: 'LongestFirst' });
  tokenizer.setPadding({ maxLength });
  const encoding = await tokenizer.encode(first, second);
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  return {
    first, second, maxLength, ids: encoding.getIds(), attentionMask: encoding.getAttentionMask(), tokenTypeIds: encoding.getTypeIds(),
  };
}

// SHA-256 over "text\n" for each code point of a range, each between two letters so that blanks and deletions show.
function digest(first, last, convert) {
  const hash = crypto.createHash('sha256');
  for (let code = first; code <= last; code++) {
    if (code < 0xD800 || code > 0xDFFF) hash.update(convert('a' + String.fromCodePoint(code) + 'b') + '\n');
  }
  return hash.digest('hex');
}

(async () => {
  const bert = T.Tokenizer.fromFile(process.argv[2]);
  bert.setDecoder(T.wordPieceDecoder('##', false));
  const vocabulary = train(inputs.training);
  const own = small(vocabulary);
  const nfd = T.nfdNormalizer();
  const source = 'tokenizers ' + require('tokenizers/package.json').version;
  const result = { source, texts: [], pairs: [], normalizer: [], decomposition: [] };
  for (const text of inputs.texts) {
    result.texts.push({
      text, words: words(uncased, text), casedWords: words(cased, text), bert: await encode(bert, text), small: await encode(own, text),
    });
  }
  for (const row of inputs.pairs) result.pairs.push(await pair(own, row));
  for (const [first, last] of inputs.normalizerRanges) {
    result.normalizer.push({
      first, last,
      uncased: digest(first, last, text => uncased.normalizeString(text)),
      cased: digest(first, last, text => cased.normalizeString(text)),
      lowercaseOnly: digest(first, last, text => lowercaseOnly.normalizeString(text)),
      words: digest(first, last, text => splitter.preTokenizeString(text).map(([word]) => word).join('|')),
    });
  }
  for (const [first, last] of inputs.decompositionRanges) {
    result.decomposition.push({ first, last, sha256: digest(first, last, text => nfd.normalizeString(text)) });
  }
  result.marks = inputs.marks.map(text => ({ text, decomposed: nfd.normalizeString(text) }));
  result.training = { text: inputs.training, vocabulary };
  const json = JSON.stringify(result, null, 1).replace(/\n +(-?\d+,?)(?=\n)/g, ' $1').replace(/ (\d+)\n +\]/g, ' $1 ]');
  fs.writeFileSync(path.join(__dirname, 'hugging-face.json'), json + '\n');
})();
