/** Reads which dialogs can hold up the start of a program that later reports by itself (`templates/claude-code/start.yaml`). */
import { InvalidConfig } from '../faults.ts';
import { checkValue } from '../yaml/check-value.ts';
import { mapWith } from '../yaml/fields.ts';
import { parsePositionedYaml } from '../yaml/positioned-yaml.ts';
import { ruleFrom, rules } from './rule-schema.ts';
import type { ScreenRule } from './screen-rule.ts';

const schema = mapWith({ screen: rules }, 'screen: a list of rules', 'What a start shows.');

/** @throws InvalidConfig with every fault at its line. */
export function readStartScreens(source: string, file: string): readonly ScreenRule[] {
  const document = parsePositionedYaml(source, file);
  if (document.faults.length > 0) throw new InvalidConfig(document.faults);
  const { value, faults } = checkValue(schema, document.value, document);
  if (value === undefined) throw new InvalidConfig(faults);
  return value.screen.map(ruleFrom);
}
