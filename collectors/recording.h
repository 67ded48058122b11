/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_RECORDING_H
#define COLLECTORS_RECORDING_H

#include "collectors/artefact.h"
#include "collectors/probe.h"

/*
 * A recording is what a node answered, for judging again on any machine: a folder with
 * recording.json (recording.schema.json) and one file of raw bytes per reply. Secret places are
 * blanked (format->blank) before anything is written, and a reply that does not decode is not
 * written at all, only what is wrong with it. Replaying gives the same artefacts, and so the same
 * snapshot, byte for byte.
 */
struct recorder;

/*
 * For folder/NAME, where nothing may stand yet: until recorder_close it is folder/NAME.partial, so
 * that a recording is there whole or not at all. NULL with ERROR_INTERNAL.
 */
struct recorder *recorder_new(
	const char *folder, const char *name, const char *node, struct error *error);

/*
 * One request that was sent, in the order of sending; `failure` says why it could not be answered,
 * or is NULL. Nothing of the reply is kept here: that comes with its artefact.
 */
void recorder_add(struct recorder *recorder, const struct probe *probe, const char *dialect,
	const char *request, const char *const *asked, struct bytes reply, const char *failure);

/*
 * One artefact of the node, before it is decoded; its request is the first one not yet taken that
 * asked the same format for the same. A disk that is full shows at recorder_close.
 */
void recorder_artefact(struct recorder *recorder, const struct artefact *artefact);

/* The node could not be reached. */
void recorder_unreached(struct recorder *recorder, const char *why);

/* Writes recording.json last. Frees the recorder; on error nothing of it is left. */
int recorder_close(
	struct recorder *recorder, const char *source, time_t collected, struct error *error);

/* Removes what a recorder that was killed left behind. */
void recording_discard(const char *folder, const char *name);

/*
 * The artefacts of a recording of this node; checks lengths and digests. Contents live in the
 * arena. An error also where the node could not be reached when it was recorded: the same text.
 */
int recording_read(struct arena *arena, const char *folder, const char *node,
	struct artefacts *artefacts, struct error *error);

#define RECORDING_FILE "recording.json"

#endif
