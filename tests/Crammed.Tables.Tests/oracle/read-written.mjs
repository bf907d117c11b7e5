// Reads a folder of Parquet files that our writer wrote with an independent reader (hyparquet, through npm) and writes what it found to
// written.json: the SHA-256 of the files, which it compares with the manifest's, and of their rows as text. IndependentReaderTests.cs
// writes the same folder and compares.
//
// usage: CRAMMED_KEEP_WRITTEN=/tmp/written dotnet test ... --filter FullyQualifiedName~IndependentReaderTests
//        npm install hyparquet@1.31.2 && node read-written.mjs /tmp/written
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { createRequire } from 'module';
import { fileURLToPath } from 'url';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

const folder = process.argv[2];
const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
const hash = crypto.createHash('sha256');
let count = 0;
for (const part of manifest.parts) {
  const name = path.join(folder, part.file);
  const bytes = fs.readFileSync(name);
  const sha256 = crypto.createHash('sha256').update(bytes).digest('hex');
  const file = await asyncBufferFromFile(name);
  const rows = await parquetReadObjects({ file });
  const groups = (await parquetMetadataAsync(file)).row_groups.length;
  if (sha256 !== part.sha256 || bytes.length !== part.bytes || rows.length !== part.rows || groups !== 1) throw new Error(part.file);
  for (const { input_ids: ids, text, number, large } of rows) hash.update(`${ids.join(' ')}\t${text}\t${number}\t${large}\n`);
  count += rows.length;
}
const here = path.dirname(fileURLToPath(import.meta.url));
const source = 'hyparquet ' + JSON.parse(fs.readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('hyparquet')), '..', 'package.json'), 'utf8')).version;
fs.writeFileSync(path.join(here, 'written.json'), JSON.stringify({
  source,
  parts: manifest.parts.map(({ sha256 }) => sha256),
  rows: count,
  description: manifest.description,
  rowsSha256: hash.digest('hex'),
}, null, 1) + '\n');
