/* What every driver call that can go wrong returns. */
#ifndef COMMON_STATUS_H
#define COMMON_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_TIMEOUT,     /* a hardware flag did not come within POLL_LIMIT reads */
    STATUS_UNREACHABLE, /* no setting of the registers gives what was asked for */
    STATUS_NOT_PRESENT, /* the block says that it is not there */
};

#endif
