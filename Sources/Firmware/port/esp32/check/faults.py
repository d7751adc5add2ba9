#!/usr/bin/env python3
"""Plants faults in the port, one at a time, and expects the stories to notice each."""
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
main = here.parent / "main"
firmware = here.parents[2]
FAULTS = [
    ("link_events.c", "(uint8_t)event->data[0] : 0u;", "0u : 0u;", "a refused message counts as delivered"),
    ("link_session.c", "if (news->connection != session.connection || session.client == NULL) {", "if (false) {", "news of a client that is gone"),
    ("link_session.c", ".message_retransmit_timeout = NEVER_MS,", ".message_retransmit_timeout = 1000,", "sent twice on one connection"),
    ("link_session.c", ".disable_auto_reconnect = true", ".disable_auto_reconnect = false", "the client reconnects by itself"),
    ("link_session.c", "    keys_detach();\n    free_places();", "    free_places();", "a key stays in memory"),
    ("link_session.c", "    free_places();\n    if (atomic", "    if (atomic", "places are lost with a connection"),
    ("link_session.c", "        && xTaskGetTickCount() - session.begun >= pdMS_TO_TICKS(ATTEMPT_MS)) {", "        && false) {", "an attempt that never ends"),
    ("link_events.c", "    incoming->filled += length;", "    incoming->filled = length;", "pieces of a command are lost"),
    ("link.c", "        atomic_store(&link_shared.incoming.state, INCOMING_FREE);\n    }\n    event->kind", "    }\n    event->kind", "the command's buffer is never free again"),
    ("link_session.c", "    if (atomic_load(&link_shared.incoming.state) == INCOMING_FILLING) {", "    if (false) {", "half a command blocks the next"),
    ("link_session.c", "        await_task();\n", "", "a client is freed before its task has begun"),
    ("link_error.c", "        return true;\n    } else if", "        return false;\n    } else if", "a refusal looks like a lost connection"),
    ("clock.c", "    if (time->tv_sec < (time_t)GW_BUILD_SECONDS) {", "    if (false) {", "any time server is believed"),
    ("clock.c", "if (!is_trusted || ", "if (", "the time is believed before it is known"),
    ("link_session.c", "    clock_raise(order->of.connect.floor_s);", "", "the TLS clock has no floor"),
    ("link_session.c", "    clock_raise(order->of.connect.floor_s);", "    clock_raise(GW_BUILD_SECONDS);", "what the flash knows of the time is not used"),
    ("clock.c", "        set_clock(GW_BUILD_SECONDS);", "", "a wrong time server turns the TLS clock back"),
    ("gateway.c", "    (void)esp_task_wdt_reset();", "", "the watchdog is not fed"),
    ("gateway.c", "milliseconds < LONGEST_WAIT_MS ? milliseconds : LONGEST_WAIT_MS", "milliseconds", "the watchdog waits for an event"),
    ("gateway.c", "        .reset = reset_reason(),", "", "the reason of the start is not reported"),
    ("gateway.c", "        .image = ota_image(),", "", "an update is never confirmed"),
    ("line.c", "|| uart_set_mode(port, UART_MODE_RS485_HALF_DUPLEX) != ESP_OK", "", "the transmitter is never enabled"),
    ("line.c", "    (void)gpio_pullup_en((gpio_num_t)CONFIG_GW_LINE_RX_GPIO);\n", "", "what floats while the gateway sends reads as bytes"),
    ("network_wifi.c", "esp_err_to_name(result), try_later());", "esp_err_to_name(result), 0u);", "an attempt to join that does not begin is the last"),
    ("line.c", "        (void)uart_driver_delete(port);", "        return true;", "a stuck UART stays stuck"),
    ("line.c", "? UART_PARITY_EVEN :", "? UART_PARITY_ODD :", "even parity is odd"),
    ("store.c", "    if (partition->encrypted) {", "    if (false) {", "an encrypted queue is used"),
    ("kept.c", "nvs_flash_init();", "nvs_flash_init() == ESP_OK ? ESP_OK : nvs_flash_erase();", "NVS that cannot be opened is erased"),
    ("keys.c", "    if (fault == TLS_GOOD && !kept_write", "    if (!kept_write", "any certificate is stored"),
    ("keys.c", "return kept_erase(certificate_name[slot]) ? key_source_make", "return true ? key_source_make", "a new key under an old certificate"),
    ("ota.c", "    if (memcmp(digest, order.sha256, TLS_DIGEST_SIZE) != 0) {", "    if (false) {", "another image is taken"),
    ("ota.c", "return tls_verify(public_key, digest, order.signature, order.signature_length) ? NULL", "return true ? NULL", "an unsigned image is taken"),
    ("ota.c", "    return esp_https_ota_get_image_len_read(handle) == (int)order.size ? NULL : \"wrong_size\";", "    return NULL;", "an image of another size is taken"),
    ("ota.c", "    if (!is_ours(handle)) {", "    if (false) {", "another project's image is taken"),
    ("ota.c", "    return esp_ota_mark_app_valid_cancel_rollback() == ESP_OK;", "    return true;", "a good update is rolled back"),
    ("app_main.c", "        if (ota_image() == GW_APP_IMAGE_ON_TRIAL) {", "        if (false) {", "an update that cannot run stays"),
    ("settings_kept.c", "schema < SETTINGS_SCHEMA && text != NULL; schema++", "false; schema++", "older settings are not read"),
    ("settings_kept.c", "for (*schema = SETTINGS_SCHEMA;", "for (*schema = 1;", "the older of two settings counts"),
    ("settings.c", "            if (from->slave == slave->address) {", "            if (k < 64u) {", "points go to the wrong slave"),
    ("settings_point.c", "(uint16_t)(number - 1u)", "(uint16_t)number", "register 40001 is address 1"),
    ("console_input.c", "            is_doubled = is_doubled || is_inside;\n", "", "a terminal with CR and LF cuts a certificate"),
    ("console.c", "        return say(\"there is a certificate already: 'forget keys' first, if it is to go\");", "", "a good key is overwritten"),
]
FLAGS = ["-std=gnu17", "-w", "-D_GNU_SOURCE", "-DCHECK_IDF=6", "-DGW_BUILD_SECONDS=1790000000ULL", "-Iidf", "-I../main", "-Ifakes",
         f"-I{firmware}/core/include", f"-I{firmware}/hal", "-g", "-O1", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all"]
LEFT_OUT = {"network_ethernet.c", "network_w5500.c", "network_emac.c", "tls.c"}


def compile_one(source, to):
    subprocess.run(["gcc", *FLAGS, "-c", str(source), "-o", str(to)], cwd=here, check=True)


def run_all():
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        build = pathlib.Path(folder)
        objects = {}
        sources = [file for file in sorted(main.glob("*.c")) if file.name not in LEFT_OUT]
        sources += sorted((firmware / "core").glob("*.c")) + [firmware / "hal/gw_loop.c"]
        sources += sorted(here.glob("fakes/*.c")) + sorted(here.glob("tests/*.c"))
        for source in sources:
            objects[source] = build / f"{source.parent.name}-{source.stem}.o"
            compile_one(source, objects[source])
        for name, before, after, meaning in FAULTS:
            text = (main / name).read_text()
            if text.count(before) != 1:
                sys.exit(f"faults.py: {name}: the place of \"{meaning}\" is not there, or not once")
            changed = build / name
            changed.write_text(text.replace(before, after))
            compile_one(changed, build / "changed.o")
            linked = [build / "changed.o" if source == main / name else made for source, made in objects.items()]
            subprocess.run(["gcc", "-fsanitize=address,undefined", "-Wl,--wrap=gettimeofday", "-Wl,--wrap=settimeofday",
                            *map(str, linked), "-o", str(build / "board")], check=True)
            run = subprocess.run([str(build / "board")], capture_output=True, timeout=600)
            if run.returncode == 0:
                missed.append(f"{name}: {meaning}")
            print(("missed: " if run.returncode == 0 else "found:  ") + f"{name}: {meaning}", flush=True)
    print(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} planted faults found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(run_all())
