// SPDX-License-Identifier: Apache-2.0
// Stands in front of identity.js: JSON in ASCII, and fingerprints of passwords. The language is that
// of JScript 5.1, which has no push, encodeURIComponent or hasOwnProperty.

// --- lists and texts ----------------------------------------------------------------------------

function append(list, item) {
	list[list.length] = item;
}

function hexadecimal(number, digits) {
	var text = number.toString(16);
	while (text.length < digits)
		text = "0" + text;
	return text;
}

// As \u escapes, so that no code page matters.
function quote(text) {
	var out = "\"", i, unit;
	for (i = 0; i < text.length; i++) {
		unit = text.charCodeAt(i);
		if (unit == 34 || unit == 92)
			out += "\\" + text.charAt(i);
		else if (unit < 32 || unit > 126)
			out += "\\u" + hexadecimal(unit, 4);
		else
			out += text.charAt(i);
	}
	return out + "\"";
}

function members(value, indent) {
	var names = [], out = "", name, i;
	for (name in value)
		append(names, name);
	names.sort();
	for (i = 0; i < names.length; i++)
		out += (i ? ",\n" : "") + indent + quote(names[i]) + ": " +
			json(value[names[i]], indent);
	return out;
}

function items(value, indent) {
	var out = "", i;
	for (i = 0; i < value.length; i++)
		out += (i ? ",\n" : "") + indent + json(value[i], indent);
	return out;
}

function json(value, indent) {
	var list, inside;
	if (value === null || typeof value == "boolean" || typeof value == "number")
		return String(value);
	if (typeof value == "string")
		return quote(value);
	list = value instanceof Array;
	inside = list ? items(value, indent + "  ") : members(value, indent + "  ");
	if (inside == "")
		return list ? "[]" : "{}";
	return (list ? "[\n" : "{\n") + inside + "\n" + indent + (list ? "]" : "}");
}

function two(number) {
	return (number < 10 ? "0" : "") + number;
}

function time(milliseconds) {
	var date = new Date(milliseconds);
	return date.getUTCFullYear() + "-" + two(date.getUTCMonth() + 1) + "-" +
		two(date.getUTCDate()) + "T" + two(date.getUTCHours()) + ":" +
		two(date.getUTCMinutes()) + ":" + two(date.getUTCSeconds()) + "Z";
}

// A name as a part of a place: in lower case, what would end the part as %XX.
function segment(name) {
	var out = "", text = name.toLowerCase(), i, unit;
	for (i = 0; i < text.length; i++) {
		unit = text.charCodeAt(i);
		if (unit < 32 || unit == 127 || "%/{}".indexOf(text.charAt(i)) >= 0)
			out += "%" + hexadecimal(unit, 2).toUpperCase();
		else
			out += text.charAt(i);
	}
	return out;
}

// --- fingerprints: SHA-256 (FIPS 180-4), HMAC (RFC 2104) ----------------------------------------

var ROUNDS = [
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2
];

function turn(word, count) {
	return (word >>> count) | (word << (32 - count));
}

function schedule(bytes, start) {
	var w = [], i, a, b;
	for (i = 0; i < 16; i++)
		w[i] = ((bytes[start + 4 * i] << 24) | (bytes[start + 4 * i + 1] << 16) |
			(bytes[start + 4 * i + 2] << 8) | bytes[start + 4 * i + 3]) >>> 0;
	for (i = 16; i < 64; i++) {
		a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
		b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
		w[i] = (w[i - 16] + (a >>> 0) + w[i - 7] + (b >>> 0)) >>> 0;
	}
	return w;
}

function compress(h, bytes, start) {
	var w = schedule(bytes, start), v = h.slice(0), i, a, b;
	for (i = 0; i < 64; i++) {
		a = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
		b = (v[4] & v[5]) ^ (~v[4] & v[6]);
		a = (v[7] + (a >>> 0) + (b >>> 0) + ROUNDS[i] + w[i]) >>> 0;
		b = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) >>> 0;
		b += ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])) >>> 0;
		v = [(a + b) >>> 0, v[0], v[1], v[2], (v[3] + a) >>> 0, v[4], v[5], v[6]];
	}
	for (i = 0; i < 8; i++)
		h[i] = (h[i] + v[i]) >>> 0;
}

function sha256(message) {
	var h = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
		0x1f83d9ab, 0x5be0cd19];
	var bytes = message.concat([128]), out = [], i;
	while (bytes.length % 64 != 56)
		append(bytes, 0);
	for (i = 0; i < 8; i++) // the length in bits, which is below 2^32
		append(bytes, i < 4 ? 0 : ((message.length * 8) >>> (8 * (7 - i))) & 255);
	for (i = 0; i < bytes.length; i += 64)
		compress(h, bytes, i);
	for (i = 0; i < 32; i++)
		out[i] = (h[i >> 2] >>> (8 * (3 - (i & 3)))) & 255;
	return out;
}

function hmac(key, message) {
	var inner = [], outer = [], i, padded;
	if (key.length > 64)
		key = sha256(key);
	for (i = 0; i < 64; i++) {
		padded = i < key.length ? key[i] : 0;
		inner[i] = padded ^ 0x36;
		outer[i] = padded ^ 0x5c;
	}
	return sha256(outer.concat(sha256(inner.concat(message))));
}

function bytesToText(bytes) {
	var out = "", i;
	for (i = 0; i < bytes.length; i++)
		out += hexadecimal(bytes[i], 2);
	return out;
}

function textToBytes(text) {
	var out = [], i;
	for (i = 0; i + 1 < text.length; i += 2)
		append(out, parseInt(text.substring(i, i + 2), 16));
	return out;
}

// From the units as they are: a lone surrogate becomes three bytes.
function utf8(text) {
	var out = [], i, code, next;
	for (i = 0; i < text.length; i++) {
		code = text.charCodeAt(i);
		next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
		if (code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
			code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
			i++;
		}
		if (code < 0x80)
			append(out, code);
		else if (code < 0x800)
			append(out, 0xc0 | (code >> 6));
		else if (code < 0x10000)
			append(out, 0xe0 | (code >> 12));
		else
			append(out, 0xf0 | (code >> 18));
		if (code >= 0x10000)
			append(out, 0x80 | ((code >> 12) & 63));
		if (code >= 0x800)
			append(out, 0x80 | ((code >> 6) & 63));
		if (code >= 0x80)
			append(out, 0x80 | (code & 63));
	}
	return out;
}

// Each field with its length in four bytes in front.
function fields(list) {
	var out = [], i, bytes, n;
	for (i = 0; i < list.length; i++) {
		bytes = utf8(list[i]);
		n = bytes.length;
		out = out.concat([(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
		out = out.concat(bytes);
	}
	return out;
}

function keyId(key) {
	return bytesToText(hmac(key, fields(["standby/1", "key-id"]))).substring(0, 16);
}

function fingerprint(key, password) {
	return "hmac-sha256:" + keyId(key) + ":" +
		bytesToText(hmac(key, fields(["standby/1", "password", password])));
}
