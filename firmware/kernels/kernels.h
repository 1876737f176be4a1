/* All kernels, for generated sources. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "add_s8.h"
#include "average_pool_s8.h"
#include "conv2d_rows_s8.h"
#include "conv2d_s8.h"
#include "conv2d_windows_s8.h"
#include "depthwise_conv2d_s8.h"
#include "fully_connected_s8.h"
#include "max_pool_s8.h"
#include "mean_s8.h"
#include "pad.h"
#include "preprocess.h"
#include "rescale_s8.h"
#include "softmax_s8.h"

#endif
