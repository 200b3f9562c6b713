import { readFile } from 'node:fs/promises';
import { type Json, type JsonObject, MillraceError, type Parameter } from '@millrace/core';

export const inputHelp = 'JSON object, @file.json, - (stdin), or name=value; may be given several times';

/** Gathers a repeatable option. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/**
 * The input of a run from what stands behind `--input`. Several of them are merged, later ones win. In `name=value` the
 * value is taken by the declared type of the input: as text where a text is wanted, else as JSON where it is JSON.
 * Throws `invalid_input`.
 */
export async function readInput(
  given: readonly string[],
  parameters: Readonly<Record<string, Pick<Parameter, 'type'>>>,
  stdin: AsyncIterable<unknown> = process.stdin,
): Promise<JsonObject> {
  const merged: Record<string, Json> = {};
  for (const text of given) {
    const part = await readPart(text, parameters, stdin);
    for (const [name, value] of Object.entries(part)) {
      Object.defineProperty(merged, name, { value, enumerable: true, writable: true, configurable: true });
    }
  }
  return merged;
}

async function readPart(
  text: string,
  parameters: Readonly<Record<string, Pick<Parameter, 'type'>>>,
  stdin: AsyncIterable<unknown>,
): Promise<JsonObject> {
  if (text === '-') return parseObject(await readAll(stdin), 'standard input');
  if (text.startsWith('@')) {
    const path = text.slice(1);
    const content = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw invalid(`The input file ${path} cannot be read.`, 'Behind @ stands the path of a JSON file.', cause);
    });
    return parseObject(content, path);
  }
  const pair = /^([A-Za-z_][\w-]*)=([\s\S]*)$/.exec(text);
  if (pair?.[1] !== undefined && pair[2] !== undefined)
    return { [pair[1]]: parseValue(pair[2], parameters[pair[1]]?.type) };
  return parseObject(text, '--input');
}

const textTypes = new Set(['string', 'text', 'date', 'datetime', 'duration', 'file']);

/** A value by its declared type: as text where a text is wanted, else as JSON where it is JSON. */
export function parseValue(text: string, type: string | undefined): Json {
  if (type !== undefined && textTypes.has(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // The check against the workflow's input tells when this is wrong, with the expected type.
  }
}

function parseObject(text: string, from: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      `The input from ${from} is not JSON: ${reason}`,
      'Give an object like {"who": "Ada"}, or who=Ada.',
      cause,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    throw invalid(`The input from ${from} is ${kind}; an object is expected.`, 'Give an object like {"who": "Ada"}.');
  }
  return value as JsonObject;
}

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.isBuffer(part) ? part : Buffer.from(String(part)));
  return Buffer.concat(parts).toString('utf8');
}

function invalid(message: string, hint: string, cause?: unknown): MillraceError {
  return new MillraceError('invalid_input', message, { hint, cause });
}
