/// What the tests share. Each `test_…` function is one story; a script runs inside the board's process.
#ifndef TEST_H
#define TEST_H

#include "world.h"

/// Runs a story and counts it.
#define STORY(name) test_story(#name, name)
void test_story(const char *name, void (*story)(void));

/// A board that is set up, with two meters and a certificate: three boots by hand on the console.
void test_provision(void);

/// Signs a request that stands in `request`, as `CN=` names, valid to `end`: a certificate of fake_tls.c.
void test_sign(const char *request, const char *cn, const char *ca, char *certificate, size_t size);

/// Writes a command; `params` without braces.
const char *test_command(const char *id, const char *type, const char *params);

void test_settings(void);
void test_provisioning(void);
void test_delivery(void);
void test_clock(void);
void test_certificates(void);
void test_updates(void);
void test_line(void);

#endif
