/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judge.h"

#include "base/memory.h"
#include "cli/command.h"

struct judge_run {
	const struct report_format *format;
	struct report_run report;
	const struct judge_source *source;
	const struct selection *selection;
	size_t reached;
};

static int judge_cluster(struct judge_run *run, const struct cluster *cluster, struct error *error)
{
	const struct snapshot **snapshots =
		memory_alloc(cluster->node_count * sizeof(const struct snapshot *));
	for (size_t i = 0; i < cluster->node_count && error->code == ERROR_NONE; i++) {
		snapshots[i] =
			run->source->get(run->source->context, cluster, &cluster->nodes[i], error);
		run->reached += snapshots[i] && !snapshot_unreached(snapshots[i]);
	}
	if (error->code == ERROR_NONE) {
		struct comparison *comparison = compare_cluster(cluster, snapshots, run->selection);
		report_cluster(run->format, &run->report, comparison);
		comparison_free(comparison);
	}
	for (size_t i = 0; i < cluster->node_count; i++)
		snapshot_free((struct snapshot *)snapshots[i]);
	memory_free(snapshots);
	return error->code == ERROR_NONE ? 0 : -1;
}

int judge_clusters(const struct options *options, const struct cluster *const *clusters,
	const struct judge_source *source, size_t *reached, struct error *error)
{
	struct judge_run run = {.source = source, .selection = &options->selection};
	run.format = options_report(options, &run.report, error);
	if (!run.format)
		return -1;
	report_begin(run.format, &run.report);
	for (; *clusters; clusters++) {
		if (judge_cluster(&run, *clusters, error) != 0)
			return -1;
	}
	run.report.partial = source->partial ? source->partial(source->context) : NULL;
	report_end(run.format, &run.report);
	*reached = run.reached;
	return exit_of_verdict(run.report.verdict);
}
