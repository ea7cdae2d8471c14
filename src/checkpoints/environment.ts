/**
 * The values of an agent's environment variables in a checkpoint: AES-256-GCM with a key of this home, which never
 * leaves it (an exported checkpoint has the names only). The nonce is taken from the values under the same key, so that
 * the same values give the same piece, and no two different ones share a nonce.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { writePrivateFile } from '../system/secure-files.ts';

type Environment = Readonly<Record<string, string>>;

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D: what GCM is made for. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `folder` is `<home>/checkpoints`; the key is made there with the first values. @throws MuxwardError `storage` */
export function seal(folder: string, environment: Environment): Buffer {
  const key = readKey(folder) ?? makeKey(folder);
  const text = JSON.stringify(Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const nonce = createHmac('sha256', key).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws MuxwardError `refused` where the key is gone, or another one. */
export function unseal(folder: string, sealed: Buffer): Environment {
  const key = readKey(folder);
  if (key === null) throw unreadable('the key to them is gone');
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return Object.fromEntries(JSON.parse(text.toString()) as [string, string][]);
  } catch (cause) {
    throw unreadable('they were sealed with another key', cause);
  }
}

function readKey(folder: string): Buffer | null {
  try {
    const key = fs.readFileSync(keyFile(folder));
    return key.length === KEY_BYTES ? key : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function makeKey(folder: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  writePrivateFile(keyFile(folder), key, { fsync: true });
  return key;
}

function keyFile(folder: string): string {
  return path.join(folder, '.environment-key');
}

function unreadable(why: string, cause?: unknown): MuxwardError {
  return new MuxwardError('refused', `the values of its environment cannot be read: ${why}`, { hint: 'spawn it again, and roll that one back', cause });
}
