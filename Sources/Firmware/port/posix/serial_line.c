#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static speed_t speed_of(uint32_t baud)
{
    static const struct {
        uint32_t baud;
        speed_t speed;
    } speeds[] = {
        {1200, B1200},   {2400, B2400},   {4800, B4800},     {9600, B9600},     {19200, B19200},
        {38400, B38400}, {57600, B57600}, {115200, B115200}, {230400, B230400}, {460800, B460800},
    };
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        if (speeds[i].baud == baud) {
            return speeds[i].speed;
        }
    }
    return B0;
}

static bool set_up(const struct serial_line *line)
{
    const struct configuration *configuration = line->configuration;
    const speed_t speed = speed_of(configuration->line.baud);
    struct termios settings;
    if (tcgetattr(line->descriptor, &settings) != 0 || speed == B0) {
        return false;
    }
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~(tcflag_t)(CSTOPB | PARENB | PARODD | CRTSCTS);
    settings.c_cflag |= configuration->stop_bits == 2 ? CSTOPB : 0u;
    settings.c_cflag |= configuration->parity != 'N' ? PARENB : 0u;
    settings.c_cflag |= configuration->parity == 'O' ? PARODD : 0u;
    settings.c_cc[VMIN] = 0;
    settings.c_cc[VTIME] = 0;
    return cfsetspeed(&settings, speed) == 0 && tcsetattr(line->descriptor, TCSANOW, &settings) == 0
           && ioctl(line->descriptor, TIOCEXCL) == 0;
}

/// Opens the port anew: one that was unplugged never comes back on the old descriptor.
static bool reset(void *context)
{
    struct serial_line *line = context;
    if (line->descriptor >= 0) {
        (void)ioctl(line->descriptor, TIOCNXCL);
        close(line->descriptor);
    }
    line->descriptor = open(line->configuration->port, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->descriptor >= 0 && set_up(line)) {
        tcflush(line->descriptor, TCIOFLUSH);
        return true;
    }
    if (line->descriptor >= 0) {
        close(line->descriptor);
        line->descriptor = -1;
    }
    return false;
}

static bool send_bytes(void *context, const void *bytes, uint32_t length)
{
    struct serial_line *line = context;
    if (line->descriptor < 0 && !reset(line)) {
        return false;
    }
    tcflush(line->descriptor, TCIFLUSH);
    return write(line->descriptor, bytes, length) == (ssize_t)length && tcdrain(line->descriptor) == 0;
}

static int32_t receive(void *context, void *bytes, uint32_t size)
{
    struct serial_line *line = context;
    if (line->descriptor < 0) {
        return 0;
    }
    const ssize_t count = read(line->descriptor, bytes, size);
    if (count >= 0) {
        return (int32_t)count;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return 0;
    }
    close(line->descriptor);
    line->descriptor = -1;
    return -1;
}

struct gw_hal_line serial_line_make(struct serial_line *line, const struct configuration *configuration)
{
    line->configuration = configuration;
    line->descriptor = -1;
    return (struct gw_hal_line){.context = line, .reset = reset, .send = send_bytes, .receive = receive};
}
