// Reads an exported task with an independent reader (hyparquet, through npm) and writes what it found: SHA-256 of the manifest, whose
// hashes of the parts it checks, and of all values, one line a row: index, token ids, token types, attention mask, the label's eight bytes
// and the states' four bytes each, little-endian, in hexadecimal, so that no value is rounded on its way into text. ExportOracleTests.cs
// writes the same export and compares.
//
// usage: CRAMMED_KEEP_EXPORTED=/tmp/exported dotnet test ... --filter FullyQualifiedName~ExportOracleTests
//        npm install hyparquet@1.31.2 && node read-exported.mjs /tmp/exported exported.json
//
// CRAMMED_READ_EXPORTED=FOLDER makes ExportOracleTests print the hash of what our own reader finds in another export.
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { createRequire } from 'module';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

const [input, output] = process.argv.slice(2);
const sha256 = (name) => crypto.createHash('sha256').update(fs.readFileSync(path.join(input, name))).digest('hex');
const manifest = JSON.parse(fs.readFileSync(path.join(input, 'manifest.json'), 'utf8'));
const hash = crypto.createHash('sha256');
const hex = (array) => Buffer.from(array.buffer).toString('hex');
let rows = 0;
for (const part of manifest.parts) {
  if (sha256(part.file) !== part.sha256) throw new Error(part.file);
  for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(path.join(input, part.file)) })) {
    hash.update([row.index, row.input_ids.join(' '), row.token_type_ids.join(' '), row.attention_mask.join(' '),
      hex(Float64Array.of(row.label)), hex(Float32Array.from(row[manifest.description.prefix]))].join('\t') + '\n');
    rows++;
  }
}
const source = 'hyparquet ' + JSON.parse(fs.readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('hyparquet')), '..', 'package.json'), 'utf8')).version;
fs.writeFileSync(output, JSON.stringify({
  source,
  manifestSha256: sha256('manifest.json'),
  rows,
  parts: manifest.parts.length,
  description: manifest.description,
  rowsSha256: hash.digest('hex'),
}, null, 1) + '\n');
