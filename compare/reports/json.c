/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "compare/report.h"

/* compare/report.schema.json says the same for machines. */

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_of_text(text));
}

static void set_answer(json_t *object, const struct answer *answer)
{
	set_text(object, "knowledge", knowledge_name(answer->knowledge));
	set_text(object, "value", answer->knowledge == KNOWLEDGE_PRESENT ? answer->value : NULL);
	set_text(object, "why", answer->knowledge == KNOWLEDGE_UNKNOWN ? answer->why : NULL);
}

static json_t *nodes_of(const struct finding *finding)
{
	json_t *nodes = json_object();
	for (size_t i = 0; i < finding->node_count; i++) {
		if (!finding->nodes[i].asked)
			continue;
		json_t *node = json_object();
		set_answer(node, &finding->nodes[i].answer);
		json_object_set_new(nodes, finding->nodes[i].node, node);
	}
	return nodes;
}

static json_t *evidence_of(const struct finding *finding)
{
	json_t *list = json_array();
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		json_t *item = json_object();
		set_text(item, "node", evidence->node);
		set_text(item, "path", evidence->path);
		set_answer(item, &evidence->answer);
		set_text(item, "artefact", evidence->answer.artefact);
		json_object_set_new(item, "line",
			evidence->answer.line ? json_integer(evidence->answer.line) : json_null());
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *finding_json(const struct finding *finding)
{
	json_t *object = json_object();
	set_text(object, "rule", finding->rule->id);
	set_text(object, "title", finding->rule->title);
	set_text(object, "severity", severity_name(finding->severity));
	set_text(object, "verdict", verdict_name(finding->verdict));
	set_text(object, "subject", finding->subject);
	json_object_set_new(object, "gate", json_boolean(finding->gate));
	set_text(object, "message", finding->message);
	set_text(object, "remedy", finding->remedy);
	if (finding->from) {
		set_text(object, "from", finding->from);
		set_text(object, "to", finding->to);
	}
	json_object_set_new(object, "nodes", nodes_of(finding));
	json_object_set_new(object, "evidence", evidence_of(finding));
	return object;
}

static json_t *strings_json(const struct strings *strings)
{
	json_t *list = json_array();
	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(list, json_of_text(strings->items[i]));
	return list;
}

static void begin(struct report_run *run)
{
	fputs("{\n  \"clusters\": [", run->file);
}

static void cluster(struct report_run *run, const struct comparison *comparison)
{
	auto_json json_t *object = json_object();
	json_t *findings = json_array();
	set_text(object, "name", comparison->cluster->name);
	set_text(object, "verdict", verdict_name(comparison->verdict));
	json_object_set_new(object, "not-understood", strings_json(&comparison->not_understood));
	for (size_t i = 0; i < comparison->finding_count; i++)
		json_array_append_new(findings, finding_json(&comparison->findings[i]));
	json_object_set_new(object, "findings", findings);
	fputs(run->clusters ? ",\n    " : "\n    ", run->file);
	json_write(run->file, object, 2);
}

static void selection(struct report_run *run)
{
	const struct selection *chosen = run->selection;
	if (!chosen->rules.count && !chosen->nodes.count && chosen->least == SEVERITY_INFO)
		return;
	auto_json json_t *object = json_object();
	json_object_set_new(object, "rules", strings_json(&chosen->rules));
	json_object_set_new(object, "nodes", strings_json(&chosen->nodes));
	set_text(object, "severity", severity_name(chosen->least));
	fputs("  \"selection\": ", run->file);
	json_write(run->file, object, 1);
	fputs(",\n", run->file);
}

static void end(struct report_run *run)
{
	enum verdict verdict = run->clusters ? run->verdict : VERDICT_UNKNOWN;
	fputs(run->clusters ? "\n  ],\n" : "],\n", run->file);
	if (run->partial)
		fputs("  \"partial\": true,\n", run->file);
	selection(run);
	fprintf(run->file, "  \"verdict\": \"%s\",\n  \"version\": 1\n}\n", verdict_name(verdict));
}

const struct report_format report_json = {
	.name = "json",
	.summary = "for programs, as compare/report.schema.json says",
	.begin = begin,
	.cluster = cluster,
	.end = end,
};
