// SPDX-License-Identifier: Apache-2.0
// powershell_words.mjs FOLDER FILE...: parses PowerShell with an independent grammar
// (tree-sitter-powershell on web-tree-sitter, which npm put into FOLDER) and prints as JSON, per file,
// where it does not parse and the words that it uses, by their kind.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const { Parser, Language } = await import(pathToFileURL(require.resolve('web-tree-sitter')));
const grammar = require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm');

const kinds = new Map(Object.entries({
    command_name: 'commands', function_name: 'functions', command_parameter: 'parameters',
    type_spec: 'types', member_name: 'members', variable: 'variables',
}));
const later = new Set(['class_statement', 'enum_statement', 'pipeline_chain_tail', 'ternary_expression']);

function visit(node, found) {
    if (node.isError || node.isMissing)
        found.mistakes.push(`${node.startPosition.row + 1}:${node.startPosition.column + 1}`);
    const kind = kinds.get(node.type);
    if (kind) (found[kind] ??= new Set()).add(node.text);
    if (later.has(node.type)) (found.later ??= new Set()).add(node.type);
    if (node.childCount === 0 && /^-[a-z]+$/i.test(node.text) && !kind && node.type === node.text.toLowerCase())
        (found.operators ??= new Set()).add(node.text);
    // The words of the language itself, whose nodes are named like their text.
    if (node.childCount === 0 && /^[a-z]+$/.test(node.text) && node.type === node.text)
        (found.keywords ??= new Set()).add(node.text);
    for (const child of node.children) visit(child, found);
}

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(grammar));
const result = {};
for (const file of files) {
    const found = { mistakes: [] };
    visit(parser.parse(readFileSync(file, 'utf8')).rootNode, found);
    result[file] = Object.fromEntries(Object.entries(found).map(([kind, words]) => [kind, [...words].sort()]));
}
console.log(JSON.stringify(result));
