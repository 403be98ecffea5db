// What a half-typed command could become: pure, and reading a line as core/grammar.py does.

const TOKEN = /\s*(?:"([^"]*)"(?=\s|$)|(\S+))/y;
const NAMED = /\s*([a-z_]+):(?:"([^"]*)"|(\S+))(?=\s)/y;
const REF = /^t?-?\d*$/i;

/**
 * Suggestions for `line` (what stands before the caret).
 * `commands`: as /api/me gives them. `refs`: [{value, label}] of tickets at hand. `inThread`: whether a ref is understood.
 * Returns null for no command, else {stage: "command" | "argument", items, command, current, exact}:
 * an item is {label, detail, line} with the line it makes; `exact`: Enter sends what stands there.
 */
export function suggest(line, commands, { refs = [], inThread = false } = {}) {
  if (!line.startsWith("/") || line.includes("\n")) return null;
  const command = commandIn(line, commands);
  return command ? argumentStage(line, command, refs, inThread) : commandStage(line, commands);
}

/** The command that the line begins with, once a space follows it. */
function commandIn(line, commands) {
  const begun = commands.filter((command) => line.toLowerCase().startsWith(`${command.name} `));
  return begun.sort((one, other) => other.name.length - one.name.length)[0] ?? null;
}

function commandStage(line, commands) {
  const typed = line.slice(1).toLowerCase().trimStart();
  const ranked = commands
    .map((command) => ({ command, rank: rankOf(command, typed) }))
    .filter(({ rank }) => rank < 9)
    .sort((one, other) => one.rank - other.rank);
  const items = ranked.map(({ command }) => ({
    label: command.usage || command.name,
    detail: command.help,
    line: command.parameters.length ? `${command.name} ` : command.name,
  }));
  const exact = commands.some((command) => command.name === line.trim().toLowerCase());
  return { stage: "command", items, command: null, current: null, exact };
}

/** 0: the name begins so; 1: its verb does; 2: it is in the help; 9: not at all. */
function rankOf(command, typed) {
  const name = command.name.slice(1);
  if (name.startsWith(typed)) return 0;
  if (typed.includes(" ")) return 9;
  if (command.verb.startsWith(typed)) return 1;
  return typed.length > 2 && command.help.toLowerCase().includes(typed) ? 2 : 9;
}

function argumentStage(line, command, refs, inThread) {
  const { given, partial, start } = read(line, command);
  const open = command.parameters.filter((parameter) => !given.has(parameter.name));
  const named = /^([a-z_]+):(.*)$/.exec(partial);
  const byName = named && open.find((parameter) => parameter.name === named[1]);
  const current = byName ?? currentOf(open.filter((parameter) => !parameter.is_named), partial, inThread);
  const word = byName ? named[2] : partial;
  const choices = optionsOf(current, refs);
  const found = choices.filter((choice) => fits(choice, word));
  const head = line.slice(0, start) + (byName ? `${byName.name}:` : "");
  const items = found.slice(0, 30).map((choice) => ({
    label: choice.label,
    detail: choice.value === choice.label ? "" : choice.value,
    line: `${head}${quoted(choice.value)} `,
  }));
  const exact = word === "" || found.length === 0 || found.some((choice) => same(choice, word));
  return { stage: "argument", items, command, current, exact };
}

/** What is given already, and the word that is being typed with where it starts. */
function read(line, command) {
  const given = new Map();
  const names = new Set(command.parameters.map((parameter) => parameter.name));
  const areAnywhere = command.parameters.some((parameter) => parameter.is_named);
  let at = command.name.length;
  const takeNamed = () => {
    for (let found = match(NAMED, line, at); found && names.has(found[1]); found = match(NAMED, line, at)) {
      given.set(found[1], found[2] ?? found[3]);
      at += found[0].length;
    }
  };
  takeNamed();
  for (const parameter of command.parameters) {
    if (areAnywhere) takeNamed();
    if (given.has(parameter.name) || parameter.is_named) continue;
    const found = match(TOKEN, line, at);
    if (!found || at + found[0].length >= line.length) break;
    const token = found[1] ?? found[2];
    if (parameter.kind === "ticket" && !(REF.test(token) && /\d/.test(token))) continue;
    if (parameter.kind === "text" && found[1] === undefined) break;
    const choices = parameter.choices ?? [];
    if (choices.length && !parameter.required && !choices.some((choice) => same(choice, token))) continue;
    given.set(parameter.name, token);
    at += found[0].length;
  }
  for (let found = match(TOKEN, line, at); areAnywhere && found && at + found[0].length < line.length; found = match(TOKEN, line, at)) {
    at += found[0].length;
    takeNamed();
  }
  const start = at + (/^\s*/.exec(line.slice(at))?.[0].length ?? 0);
  return { given, partial: line.slice(start), start };
}

function match(pattern, line, at) {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

/** The parameter that is being typed: a ref may be left out, so a word that is none belongs to the next. */
function currentOf(open, partial, inThread) {
  const [first, second] = open;
  if (first?.kind === "ticket" && second && (partial ? !REF.test(partial) : inThread)) return second;
  return first ?? null;
}

function optionsOf(parameter, refs) {
  if (!parameter) return [];
  return parameter.kind === "ticket" ? refs : (parameter.choices ?? []);
}

const fits = ({ value, label }, word) => {
  const typed = word.toLowerCase();
  return value.toLowerCase().startsWith(typed) || label.toLowerCase().split(/\s+/).some((part) => part.startsWith(typed)) || label.toLowerCase().startsWith(typed);
};

const same = ({ value, label }, word) => [value.toLowerCase(), label.toLowerCase()].includes(word.toLowerCase());

const quoted = (value) => (/\s/.test(value) ? `"${value}"` : value);
