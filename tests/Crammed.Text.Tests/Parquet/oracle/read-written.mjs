// Reads a Parquet file that our writer wrote with an independent reader (hyparquet, through npm) and writes what it found to
// written.json: SHA-256 of the file, and of its rows as text. IndependentReaderTests.cs writes the same file and compares.
//
// usage: CRAMMED_KEEP_WRITTEN=/tmp/written.parquet dotnet test ... --filter FullyQualifiedName~IndependentReaderTests
//        npm install hyparquet@1.31.2 && node read-written.mjs /tmp/written.parquet
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { createRequire } from 'module';
import { fileURLToPath } from 'url';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

const file = await asyncBufferFromFile(process.argv[2]);
const metadata = await parquetMetadataAsync(file);
const rows = await parquetReadObjects({ file });
const hash = crypto.createHash('sha256');
for (const { input_ids: ids, text, number, large } of rows) hash.update(`${ids.join(' ')}\t${text}\t${number}\t${large}\n`);
const here = path.dirname(fileURLToPath(import.meta.url));
const source = 'hyparquet ' + JSON.parse(fs.readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('hyparquet')), '..', 'package.json'), 'utf8')).version;
fs.writeFileSync(path.join(here, 'written.json'), JSON.stringify({
  source,
  fileSha256: crypto.createHash('sha256').update(fs.readFileSync(process.argv[2])).digest('hex'),
  rows: rows.length,
  rowGroups: metadata.row_groups.length,
  keyValues: Object.fromEntries(metadata.key_value_metadata.map(({ key, value }) => [key, value])),
  rowsSha256: hash.digest('hex'),
}, null, 1) + '\n');
