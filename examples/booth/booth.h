#ifndef BOOTH_H
#define BOOTH_H

#include <sys/un.h>

#include "voucher.h"

/* Request by request, a struct request one way and its tag the other. */
#define BOOTH_SOCKET "/run/booth/seal"

static inline struct sockaddr_un booth_address(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX,
                                .sun_path = BOOTH_SOCKET};
  return address;
}

#endif
