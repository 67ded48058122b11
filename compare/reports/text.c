/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/report.h"

#include <ctype.h>
#include <string.h>

/* For people: the verdict first, then what is broken, what could not be known, what was kept. */

#define WIDTH 98

static const char *colour_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BROKEN:
		return "\033[1;31m";
	case VERDICT_UNKNOWN:
		return "\033[1;33m";
	default:
		return "\033[32m";
	}
}

static void print_coloured(struct report_run *run, enum verdict verdict, const char *text)
{
	fprintf(run->file, "%s%s%s", run->colour ? colour_of(verdict) : "", text,
		run->colour ? "\033[0m" : "");
}

/* Words of one line of text, broken at the width; every line indented. */
static void print_wrapped(FILE *file, unsigned indent, const char *text, size_t length)
{
	size_t column = 0;
	for (size_t i = 0; i < length;) {
		size_t end = i;
		while (end < length && text[end] != ' ')
			end++;
		if (column && column + 1 + (end - i) > WIDTH) {
			fputc('\n', file);
			column = 0;
		}
		if (column == 0)
			column = (size_t)fprintf(file, "%*s", (int)indent, "");
		else
			column += (size_t)fprintf(file, " ");
		column += fwrite(text + i, 1, end - i, file);
		i = end + 1;
	}
	fputc('\n', file);
}

static void print_paragraph(FILE *file, unsigned indent, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		print_wrapped(file, indent, text, length);
		text += length + (text[length] == '\n');
	}
}

/* Lines as they are: commands are there to be copied. */
static void print_lines(FILE *file, unsigned indent, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		fprintf(file, "%*s%.*s\n", (int)indent, "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void print_answer(FILE *file, const struct answer *answer)
{
	if (answer->knowledge == KNOWLEDGE_PRESENT)
		fputs(*answer->value ? answer->value : "(empty)", file);
	else
		fputs(answer->knowledge == KNOWLEDGE_ABSENT ? "(none)" : "(not known)", file);
	if (answer->knowledge == KNOWLEDGE_PRESENT && answer->artefact) {
		fprintf(file, "   [%s", answer->artefact);
		if (answer->line)
			fprintf(file, " line %u", answer->line);
		fputc(']', file);
	}
	fputc('\n', file);
}

static const struct node_answer *answer_of(const struct finding *finding, const char *node)
{
	for (size_t i = 0; i < finding->node_count; i++) {
		if (strcmp(finding->nodes[i].node, node) == 0)
			return &finding->nodes[i];
	}
	return NULL;
}

/* In the order of the inventory. */
static void print_nodes(FILE *file, const struct cluster *cluster, const struct finding *finding)
{
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct node_answer *node = answer_of(finding, cluster->nodes[i].name);
		if (!node || !node->asked)
			continue;
		fprintf(file, "      %-15s ", node->node);
		print_answer(file, &node->answer);
	}
}

static void print_subject(FILE *file, const struct finding *finding)
{
	if (finding->from)
		fprintf(file, "    pages of %s, %s active%s%s\n", finding->from, finding->to,
			*finding->subject ? ": " : "", finding->subject);
	else if (*finding->subject)
		fprintf(file, "    %s\n", finding->subject);
}

static void print_finding(
	struct report_run *run, const struct cluster *cluster, const struct finding *finding)
{
	FILE *file = run->file;
	char label[32];
	snprintf(label, sizeof label, "%s", verdict_name(finding->verdict));
	for (char *c = label; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	fputs("\n  ", file);
	print_coloured(run, finding->verdict, label);
	fprintf(file, "  %s: %s  [%s%s]\n", finding->rule->id, finding->rule->title,
		severity_name(finding->severity), finding->gate ? ", gate" : "");
	print_subject(file, finding);
	print_paragraph(file, 4, finding->message);
	if (finding->verdict == VERDICT_UNKNOWN || finding->verdict == VERDICT_BROKEN)
		print_nodes(file, cluster, finding);
	if (finding->verdict == VERDICT_BROKEN)
		print_paragraph(file, 4, finding->rule->why);
	if (finding->remedy) {
		fputs("    Repair:\n", file);
		print_lines(file, 6, finding->remedy);
	}
}

/* One line for all findings of a verdict: rule ids, once each, with how many. */
static void print_list(struct report_run *run, const struct comparison *comparison,
	enum verdict verdict, const char *label)
{
	bool any = false;
	for (size_t i = 0, next; i < comparison->finding_count; i = next) {
		const struct finding *finding = &comparison->findings[i];
		size_t count = 0;
		for (next = i; next < comparison->finding_count; next++, count++) {
			if (comparison->findings[next].rule != finding->rule ||
				comparison->findings[next].verdict != finding->verdict)
				break;
		}
		if (finding->verdict != verdict)
			continue;
		fprintf(run->file, "%s%s", any ? ", " : label, finding->rule->id);
		if (count > 1)
			fprintf(run->file, " (%zu)", count);
		any = true;
	}
	if (any)
		fputc('\n', run->file);
}

static void print_head(struct report_run *run, const struct comparison *comparison)
{
	const size_t *counts = comparison->counts;
	if (run->clusters)
		fputc('\n', run->file);
	fprintf(run->file, "%s: ", comparison->cluster->name);
	print_coloured(run, comparison->verdict, verdict_signal(comparison->verdict));
	fprintf(run->file, "   %zu broken, %zu unknown, %zu kept, %zu not applicable\n",
		counts[VERDICT_BROKEN], counts[VERDICT_UNKNOWN], counts[VERDICT_KEPT],
		counts[VERDICT_NOT_APPLICABLE]);
}

static void print_selection(struct report_run *run)
{
	const struct selection *selection = run->selection;
	if (selection->rules.count || selection->nodes.count || selection->least != SEVERITY_INFO)
		fputs("  Only a selection of rules, nodes or severities was judged.\n", run->file);
}

/* Whether an earlier finding told the same of an unreached node. */
static bool told(const struct comparison *comparison, size_t index)
{
	const struct finding *finding = &comparison->findings[index];
	for (size_t i = 0; i < index; i++) {
		const struct finding *other = &comparison->findings[i];
		if (other->unreached && strcmp(other->message, finding->message) == 0)
			return true;
	}
	return false;
}

/* What could not be judged for want of a node: once per reason, with the rules. */
static void print_unreached(struct report_run *run, const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->finding_count; i++) {
		const struct finding *finding = &comparison->findings[i];
		const char *last = NULL;
		if (!finding->unreached || told(comparison, i))
			continue;
		fputs("\n  ", run->file);
		print_coloured(run, VERDICT_UNKNOWN, "UNKNOWN");
		fputs("  what needs a node that was not reached\n", run->file);
		print_paragraph(run->file, 4, finding->message);
		for (size_t k = i; k < comparison->finding_count; k++) {
			const struct finding *other = &comparison->findings[k];
			bool same =
				other->unreached && strcmp(other->message, finding->message) == 0;
			if (!same || other->rule->id == last)
				continue;
			fprintf(run->file, "%s%s",
				last ? ", " : "    Not judged: ", other->rule->id);
			last = other->rule->id;
		}
		fputc('\n', run->file);
	}
}

static void cluster(struct report_run *run, const struct comparison *comparison)
{
	print_head(run, comparison);
	print_selection(run);
	for (size_t i = 0; i < comparison->finding_count; i++) {
		const struct finding *finding = &comparison->findings[i];
		bool alone = finding->verdict >= VERDICT_UNKNOWN && !finding->unreached;
		if (alone || run->verbose)
			print_finding(run, comparison->cluster, finding);
	}
	if (!run->verbose)
		print_unreached(run, comparison);
	fputc('\n', run->file);
	if (!run->verbose) {
		print_list(run, comparison, VERDICT_KEPT, "  Kept: ");
		print_list(run, comparison, VERDICT_NOT_APPLICABLE, "  Not applicable: ");
	}
	for (size_t i = 0; i < comparison->not_understood.count; i++)
		fprintf(run->file, "%s%s",
			i ? ", " : "  Not understood: ", comparison->not_understood.items[i]);
	if (comparison->not_understood.count)
		fputc('\n', run->file);
}

static void end(struct report_run *run)
{
	if (run->clusters > 1)
		fprintf(run->file, "\n%zu clusters: %zu NO-GO, %zu HOLD, %zu GO\n", run->clusters,
			run->signals[VERDICT_BROKEN], run->signals[VERDICT_UNKNOWN],
			run->signals[VERDICT_KEPT]);
	if (run->partial)
		fprintf(run->file, "\nThis report is partial: %s.\n", run->partial);
}

const struct report_format report_text = {
	.name = "text",
	.summary = "for people, on a terminal or in a mail",
	.cluster = cluster,
	.end = end,
};
