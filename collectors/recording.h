/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_RECORDING_H
#define COLLECTORS_RECORDING_H

#include "collectors/artefact.h"
#include "collectors/probe.h"

/*
 * A recording is what a node answered, for judging again on any machine: a folder with
 * recording.json (recording.schema.json) and one file of raw bytes per reply. Secret places are
 * blanked (format->blank) before anything is written. Replaying gives the same artefacts, and so the
 * same snapshot, byte for byte.
 */
struct recorder;

/* Makes folder/NODE; ERROR_INTERNAL. NULL on error. */
struct recorder *recorder_new(const char *folder, const char *node, struct error *error);

/* One reply. `failure` says why it could not be obtained, or NULL. A disk that is full shows at
 * recorder_close. */
void recorder_add(struct recorder *recorder, const struct probe *probe, const char *dialect,
	const char *request, const char *const *asked, struct bytes reply, const char *failure);

/* Writes recording.json last, so that a folder without it is no recording. Frees the recorder. */
int recorder_close(struct recorder *recorder, const char *source, time_t collected,
	struct error *error);

/* The artefacts of a recording; checks lengths and digests. Contents live in the arena. */
int recording_read(struct arena *arena, const char *folder, struct artefacts *artefacts,
	struct error *error);

#endif
