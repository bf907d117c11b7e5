// A tensor's lifetime, its description and its memory.
#include "crammed_torch.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

using namespace crammed;

CRAMMED_API void crammed_tensor_free(void* self) {
    delete static_cast<at::Tensor*>(self);
}

// Dimensions, element type (c10::ScalarType's number) and element count in one call.
CRAMMED_API int32_t crammed_tensor_describe(void* self, int64_t* dimensions, int32_t* type, int64_t* elements) {
    return guarded([&] {
        *dimensions = tensor(self).dim();
        *type = static_cast<int32_t>(tensor(self).scalar_type());
        *elements = tensor(self).numel();
    });
}

// Fills sizes and strides, each with room for every dimension; either may be null.
CRAMMED_API int32_t crammed_tensor_layout(void* self, int64_t* sizes, int64_t* strides) {
    return guarded([&] {
        auto dimensions = tensor(self).dim();
        for (int64_t i = 0; i < dimensions; i++) {
            if (sizes) sizes[i] = tensor(self).sizes()[i];
            if (strides) strides[i] = tensor(self).strides()[i];
        }
    });
}

CRAMMED_API int32_t crammed_tensor_is_contiguous(void* self, int32_t* contiguous) {
    return guarded([&] { *contiguous = tensor(self).is_contiguous(); });
}

// Address of the first element.
CRAMMED_API int32_t crammed_tensor_data(void* self, void** data) {
    return guarded([&] { *data = tensor(self).data_ptr(); });
}

// A new tensor of `type` on the CPU, uninitialised.
CRAMMED_API int32_t crammed_tensor_empty(const int64_t* sizes, int32_t dimensions, int32_t type, void** result) {
    return guarded([&] {
        *result = handle(at::empty(c10::IntArrayRef(sizes, dimensions), static_cast<c10::ScalarType>(type)));
    });
}
