// Reads an exported task with an independent reader (hyparquet, through npm) and writes what it found: SHA-256 of the file and of all its
// values, one line a row: index, token ids, token types, attention mask, the label's eight bytes and the states' four bytes each,
// little-endian, in hexadecimal, so that no value is rounded on its way into text. ExportOracleTests.cs writes the same file and compares.
//
// usage: CRAMMED_KEEP_EXPORTED=/tmp/exported.parquet dotnet test ... --filter FullyQualifiedName~ExportOracleTests
//        npm install hyparquet@1.31.2 && node read-exported.mjs /tmp/exported.parquet exported.json
//
// The same was done once with an export of all of RTE (2,490 and 277 examples, 64 tokens, width 32; arch=tiny, vocabulary of 2,000):
// CRAMMED_READ_EXPORTED=FILE makes ExportOracleTests print the hash of what our own reader finds, and it was hyparquet's for both splits,
// with prefix=embedding and prefix=norm. That text is not ours to pass on, so neither are its hashes kept here.
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { createRequire } from 'module';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

const [input, output] = process.argv.slice(2);
const file = await asyncBufferFromFile(input);
const metadata = await parquetMetadataAsync(file);
const keyValues = Object.fromEntries(metadata.key_value_metadata.map(({ key, value }) => [key, value]));
const hash = crypto.createHash('sha256');
const hex = (array) => Buffer.from(array.buffer).toString('hex');
let rowStart = 0;
for (const group of metadata.row_groups) {
  const rowEnd = rowStart + Number(group.num_rows);
  for (const row of await parquetReadObjects({ file, rowStart, rowEnd })) {
    hash.update([row.index, row.input_ids.join(' '), row.token_type_ids.join(' '), row.attention_mask.join(' '), hex(Float64Array.of(row.label)),
      hex(Float32Array.from(row[keyValues.prefix]))].join('\t') + '\n');
  }
  rowStart = rowEnd;
}
const source = 'hyparquet ' + JSON.parse(fs.readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('hyparquet')), '..', 'package.json'), 'utf8')).version;
fs.writeFileSync(output, JSON.stringify({
  source,
  fileSha256: crypto.createHash('sha256').update(fs.readFileSync(input)).digest('hex'),
  rows: rowStart,
  rowGroups: metadata.row_groups.length,
  keyValues,
  rowsSha256: hash.digest('hex'),
}, null, 1) + '\n');
