// A batched matrix product that is parallel over the batch. Without MKL, libtorch 1.13 multiplies one pair of matrices after
// the other and leaves the threads to the BLAS, which wins little on matrices as small as those of attention. This kernel
// takes the place of libtorch's for floating-point bmm on the CPU; its autograd formula stays.
#include "blas.h"
#include "crammed_torch.h"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <c10/util/Exception.h>
#include <torch/library.h>

#ifndef _OPENMP
#error "Compile with -fopenmp: without it at::parallel_for, a header, runs on one thread."
#endif

using namespace crammed;

namespace {

void multiply(at::Tensor& result, const at::Tensor& left, const at::Tensor& right, int64_t begin, int64_t end) {
    at::AutoDispatchBelowAutograd below;
    for (int64_t i = begin; i < end; i++) {
        auto slice = result.select(0, i);
        at::mm_out(slice, left.select(0, i), right.select(0, i));
    }
}

at::Tensor bmm(const at::Tensor& left, const at::Tensor& right) {
    TORCH_CHECK(left.dim() == 3 && right.dim() == 3, "bmm multiplies two tensors of 3 dimensions, not ", left.sizes(), " and ",
                right.sizes());
    TORCH_CHECK(left.size(0) == right.size(0) && left.size(2) == right.size(1),
                "bmm multiplies (b, n, m) by (b, m, p), not ", left.sizes(), " by ", right.sizes());
    TORCH_CHECK(left.scalar_type() == right.scalar_type(), "bmm multiplies tensors of one type, not ", left.scalar_type(),
                " and ", right.scalar_type());
    auto result = at::empty({left.size(0), left.size(1), right.size(2)}, left.options());
    if (at::get_num_threads() == 1 || at::in_parallel_region()) {
        multiply(result, left, right, 0, left.size(0));
    } else {
        SequentialBlas sequential;
        at::parallel_for(0, left.size(0), 1, [&](int64_t begin, int64_t end) { multiply(result, left, right, begin, end); });
    }
    return result;
}

// Registration over an existing kernel warns; this one is meant.
struct Silent : c10::WarningHandler {
    void process(const c10::SourceLocation&, const std::string&, const bool) override {}
};

}  // namespace

CRAMMED_API int32_t crammed_register_bmm() {
    return guarded([] {
        Silent silent;
        c10::Warning::WarningHandlerGuard guard(&silent);
        static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
        library.impl("bmm", bmm);
    });
}
