/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"

#include <ctype.h>
#include <string.h>

static void print_part(const char *label, const char *text)
{
	printf("\n%s\n  ", label);
	for (size_t column = 2; *text;) {
		size_t word = strcspn(text, " \n");
		if (column > 2 && column + 1 + word > 98) {
			fputs("\n  ", stdout);
			column = 2;
		}
		if (column > 2)
			column += (size_t)printf(" ");
		column += fwrite(text, 1, word, stdout);
		text += word;
		if (*text == '\n' && text[1]) {
			fputs("\n  ", stdout);
			column = 2;
		}
		text += *text != '\0';
	}
	putchar('\n');
}

static void print_rule(const struct rule *rule)
{
	printf("%s: %s\n", rule->id, rule->title);
	printf("severity %s%s\n", severity_name(rule->severity), rule->gate ? ", gate" : "");
	print_part("Demand", rule->demand);
	print_part("Why", rule->why);
	print_part("Repair", rule->repair);
	for (size_t i = 0; i < RULE_MAX_SYMPTOMS && rule->symptoms[i]; i++)
		printf("%s  %s\n", i ? "" : "\nSeen as\n", rule->symptoms[i]);
	print_part("Source", rule->source);
}

/* Whether one text holds the other, as whole words and without case. */
static bool mentions(const char *text, const char *words)
{
	size_t length = strlen(words);
	for (const char *at = text; length && (at = strcasestr(at, words)); at++) {
		bool begins = at == text || !isalnum((unsigned char)at[-1]);
		if (begins && !isalnum((unsigned char)at[length]))
			return true;
	}
	return false;
}

static bool shows_like(const struct rule *rule, const char *symptom)
{
	for (size_t i = 0; i < RULE_MAX_SYMPTOMS && rule->symptoms[i]; i++) {
		if (mentions(rule->symptoms[i], symptom) || mentions(symptom, rule->symptoms[i]))
			return true;
	}
	return false;
}

static int explain_symptom(const char *symptom, struct error *error)
{
	bool any = false;
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++) {
		if (!shows_like(*rule, symptom))
			continue;
		printf("%s%-30s %s\n",
			any ? ""
			    : "The breach of these rules shows like that; explain one of them:\n",
			(*rule)->id, (*rule)->title);
		any = true;
	}
	if (!any)
		return error_set(error, ERROR_USAGE,
			"there is no rule of that name, and none whose breach is known to show "
			"like that; \"standby rules\" lists them");
	return 0;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "", argc, argv, error) != 0)
		return -1;
	if (options.operands.count != 1)
		return error_set(error, ERROR_USAGE, "name one rule, or one symptom in quotes");
	const struct rule *rule = rule_find(options.operands.items[0]);
	if (!rule)
		return explain_symptom(options.operands.items[0], error);
	print_rule(rule);
	return 0;
}

const struct command command_explain = {
	.name = "explain",
	.usage = "RULE|\"SYMPTOM\"",
	.summary = "Explain a rule, or find the rules whose breach shows like a symptom",
	.help = "  standby explain anonymous_user_same\n"
		"  standby explain \"Error #46\"\n"
		"  standby explain 10016\n",
	.run = run,
};
