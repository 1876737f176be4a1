/* All kernels, for generated sources. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "conv2d_s8.h"
#include "conv2d_windows_s8.h"
#include "fully_connected_s8.h"
#include "max_pool_s8.h"
#include "preprocess.h"
#include "softmax_s8.h"

#endif
