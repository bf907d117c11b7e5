// Gradient mode, leaves and the backward pass.
#include "crammed_torch.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>

using namespace crammed;

CRAMMED_API int32_t crammed_grad_mode() {
    return c10::GradMode::is_enabled();
}

CRAMMED_API void crammed_set_grad_mode(int32_t enabled) {
    c10::GradMode::set_enabled(enabled != 0);
}

CRAMMED_API int32_t crammed_tensor_requires_grad(void* self, int32_t* required) {
    return guarded([&] { *required = tensor(self).requires_grad(); });
}

CRAMMED_API int32_t crammed_tensor_set_requires_grad(void* self, int32_t required) {
    return guarded([&] { tensor(self).set_requires_grad(required != 0); });
}

CRAMMED_API int32_t crammed_tensor_is_leaf(void* self, int32_t* leaf) {
    return guarded([&] { *leaf = tensor(self).is_leaf(); });
}

CRAMMED_API int32_t crammed_tensor_retain_grad(void* self) {
    return guarded([&] { tensor(self).retain_grad(); });
}

// The accumulated gradient as a new handle, or null.
CRAMMED_API int32_t crammed_tensor_grad(void* self, void** result) {
    return guarded([&] { *result = handle(tensor(self).grad()); });
}

// Replaces the gradient; null removes it.
CRAMMED_API int32_t crammed_tensor_set_grad(void* self, void* value) {
    return guarded([&] {
        auto gradient = value ? tensor(value) : at::Tensor();
        if (gradient.defined())
            TORCH_CHECK(gradient.sizes() == tensor(self).sizes() && gradient.scalar_type() == tensor(self).scalar_type(),
                        "a gradient has its tensor's shape and type: ", tensor(self).sizes(), " ", tensor(self).scalar_type(),
                        ", not ", gradient.sizes(), " ", gradient.scalar_type());
        tensor(self).mutable_grad() = gradient;
    });
}

// d output / d leaves, accumulated into the leaves (into `inputs` alone where given).
CRAMMED_API int32_t crammed_backward(void* output, void* const* gradients, int32_t gradient_count, int32_t retain_graph,
                                     int32_t create_graph, void* const* inputs, int32_t input_count) {
    return guarded([&] {
        c10::optional<bool> retain = retain_graph ? c10::optional<bool>(true) : c10::nullopt;
        torch::autograd::backward({tensor(output)}, tensors(gradients, gradient_count), retain, create_graph != 0,
                                  tensors(inputs, input_count));
    });
}

// Gradients of `outputs` with respect to `inputs`; `results` has room for one handle per input (null where unused).
CRAMMED_API int32_t crammed_grad(void* const* outputs, int32_t output_count, void* const* inputs, int32_t input_count,
                                 void* const* gradients, int32_t gradient_count, int32_t retain_graph, int32_t create_graph,
                                 int32_t allow_unused, void** results) {
    return guarded([&] {
        c10::optional<bool> retain = retain_graph ? c10::optional<bool>(true) : c10::nullopt;
        auto result = torch::autograd::grad(tensors(outputs, output_count), tensors(inputs, input_count),
                                            tensors(gradients, gradient_count), retain, create_graph != 0, allow_unused != 0);
        for (size_t i = 0; i < result.size(); i++) results[i] = handle(result[i]);
    });
}
