// BERT's forward pass in float64 without any library (Devlin et al. 2019; modeling_bert.py of transformers is what it follows, from its
// description), as an oracle for HuggingFaceBertTests.cs. Inputs and the small model's weights come from the generator below, which the
// test repeats; the real encoder is ../shared/data/bert-tiny-sst2 (see the README there), of which only outputs for random inputs are kept.
//
// usage: node bert.mjs DATA/bert-tiny-sst2 bert.json
import fs from 'fs';
import path from 'path';

const [folder, output] = process.argv.slice(2);

// 16 bits of a linear congruential generator (Numerical Recipes): multiples of 2^-16 in [-0.5, 0.5), exact in float32.
const generator = (seed) => {
  let state = seed >>> 0;
  return () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16) / 65536 - 0.5;
};
const values = (seed, count, scale = 1, shift = 0) => {
  const next = generator(seed);
  return Float64Array.from({ length: count }, () => next() * scale + shift);
};

// The error function: its Taylor series up to 3, the continued fraction of its complement (Lentz from below) beyond.
const erf = (x) => {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) { term *= -x * x / n; sum += term / (2 * n + 1); }
    return sum * 2 / Math.sqrt(Math.PI);
  }
  let fraction = a;
  for (let n = 200; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / fraction / Math.sqrt(Math.PI));
};
const gelu = (x) => x * (1 + erf(x / Math.SQRT2)) / 2;

const linear = (rows, tensors, module) => {
  const weight = tensors[module + '.weight'], bias = tensors[module + '.bias'];
  return rows.map((row) => Array.from(bias, (b, o) => row.reduce((sum, x, i) => sum + x * weight[o * row.length + i], b)));
};
const norm = (rows, tensors, module, epsilon) => rows.map((row) => {
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map((x, i) => (x - mean) / Math.sqrt(variance + epsilon) * tensors[module + '.weight'][i] + tensors[module + '.bias'][i]);
});
const add = (left, right) => left.map((row, r) => row.map((x, i) => x + right[r][i]));

const attention = (x, mask, tensors, layer, heads) => {
  const [q, k, v] = ['query', 'key', 'value'].map((name) => linear(x, tensors, `encoder.layer.${layer}.attention.self.${name}`));
  const size = x[0].length / heads;
  const context = x.map((row) => row.map(() => 0));
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < x.length; i++) {
      const scores = x.map((_, j) => {
        let dot = 0;
        for (let d = h * size; d < (h + 1) * size; d++) dot += q[i][d] * k[j][d];
        return dot / Math.sqrt(size) + (mask[j] ? 0 : -Infinity);
      });
      const largest = Math.max(...scores), powers = scores.map((score) => Math.exp(score - largest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (let j = 0; j < x.length; j++)
        for (let d = h * size; d < (h + 1) * size; d++) context[i][d] += powers[j] / total * v[j][d];
    }
  }
  return linear(context, tensors, `encoder.layer.${layer}.attention.output.dense`);
};

const encode = (embedded, mask, tensors, config) => {
  let x = embedded;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = `encoder.layer.${layer}`, epsilon = config.layer_norm_eps;
    const attended = add(x, attention(x, mask, tensors, layer, config.num_attention_heads));
    x = norm(attended, tensors, `${name}.attention.output.LayerNorm`, epsilon);
    const wide = linear(x, tensors, `${name}.intermediate.dense`).map((row) => row.map(gelu));
    x = norm(add(x, linear(wide, tensors, `${name}.output.dense`)), tensors, `${name}.output.LayerNorm`, epsilon);
  }
  return x;
};
const classify = (states, tensors) =>
  linear(linear([states[0]], tensors, 'pooler.dense').map((row) => row.map(Math.tanh)), tensors, 'classifier')[0];

// The real encoder: two examples of 7 random vectors, the second with two of padding.
const readSafetensors = (file) => {
  const bytes = fs.readFileSync(file), length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  delete header.__metadata__;
  return Object.fromEntries(Object.entries(header).map(([name, { data_offsets: [from, to] }]) => {
    const view = bytes.subarray(8 + length + from, 8 + length + to);
    return [name.replace(/^bert\./, ''), Float64Array.from({ length: view.length / 4 }, (_, i) => view.readFloatLE(4 * i))];
  }));
};
const realConfig = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8'));
const realTensors = readSafetensors(path.join(folder, 'encoder.safetensors'));
const real = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0]].map((mask, example) => {
  const input = values(100 + example, 7 * realConfig.hidden_size, 4);
  const rows = mask.map((_, i) => Array.from(input.subarray(i * realConfig.hidden_size, (i + 1) * realConfig.hidden_size)));
  const states = encode(rows, mask, realTensors, realConfig);
  return { first: states[0], fifth: states[4], logits: classify(states, realTensors) };
});

// The small model, embedding included. Each tensor has the generator of its place in the list of names.
const config = JSON.parse(fs.readFileSync(new URL('small-config.json', import.meta.url)));
const hidden = config.hidden_size, shapes = {
  'embeddings.word_embeddings.weight': config.vocab_size * hidden,
  'embeddings.position_embeddings.weight': config.max_position_embeddings * hidden,
  'embeddings.token_type_embeddings.weight': config.type_vocab_size * hidden,
  'pooler.dense.weight': hidden * hidden, 'pooler.dense.bias': hidden, 'classifier.weight': 3 * hidden, 'classifier.bias': 3,
};
const norms = ['embeddings.LayerNorm'];
for (let layer = 0; layer < config.num_hidden_layers; layer++) {
  const name = `encoder.layer.${layer}`;
  for (const square of ['self.query', 'self.key', 'self.value', 'output.dense'])
    Object.assign(shapes, { [`${name}.attention.${square}.weight`]: hidden * hidden, [`${name}.attention.${square}.bias`]: hidden });
  Object.assign(shapes, { [`${name}.intermediate.dense.weight`]: config.intermediate_size * hidden,
    [`${name}.intermediate.dense.bias`]: config.intermediate_size, [`${name}.output.dense.weight`]: config.intermediate_size * hidden,
    [`${name}.output.dense.bias`]: hidden });
  norms.push(`${name}.attention.output.LayerNorm`, `${name}.output.LayerNorm`);
}
for (const name of norms) Object.assign(shapes, { [`${name}.weight`]: hidden, [`${name}.bias`]: hidden });
const tensors = Object.fromEntries(Object.keys(shapes).sort().map((name, index) =>
  [name, values(1 + index, shapes[name], 2, name.endsWith('LayerNorm.weight') ? 1 : 0)]));
// Token 3 is the separator: what follows the first, up to the second, is of type 1.
const ids = [[2, 5, 3, 7, 3, 0], [2, 10, 4, 3, 8, 3]], types = [[0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1]];
const small = ids.map((row, example) => {
  const at = (table, index, i) => tensors[`embeddings.${table}_embeddings.weight`][index * hidden + i];
  const sums = row.map((id, p) => Array.from({ length: hidden }, (_, i) =>
    at('word', id, i) + at('position', p, i) + at('token_type', types[example][p], i)));
  const embedded = norm(sums, tensors, 'embeddings.LayerNorm', config.layer_norm_eps);
  const states = encode(embedded, row.map((id) => (id === 0 ? 0 : 1)), tensors, config);
  const tokens = row.filter((id) => id !== 0).length;
  return { embedded: embedded.flat(), states: states.slice(0, tokens).flat(), logits: classify(states, tensors) };
});
fs.writeFileSync(output, JSON.stringify({ real, ids, types, small }, null, 1) + '\n');
