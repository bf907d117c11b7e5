// The C interface between Crammed.Torch's managed layer and libtorch.
//
// Every function that can fail returns 0 on success and 1 on failure; the message is then read with
// crammed_last_error on the same thread. No C++ exception leaves this library. A tensor handle is an
// at::Tensor* owned by the caller, who frees it with crammed_tensor_free; a generator handle is an at::Generator*.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#define CRAMMED_API extern "C" __attribute__((visibility("default")))

namespace crammed {

// Kinds of Value; Crammed.Torch/Native/ValueKind.cs has the same numbers.
enum Kind : int32_t {
    kNone = 0,
    kTensor = 1,
    kInteger = 2,
    kReal = 3,
    kBoolean = 4,
    kIntegerList = 5,
    kTensorList = 6,
    kOptionalTensorList = 7,
    kString = 8,
    kGenerator = 9,
    kDefault = 10,
};

// One argument or result of an operator. Lists and strings: `pointer` with `length` elements or bytes.
struct Value {
    int32_t kind;
    int32_t length;
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};

static_assert(sizeof(Value) == 16, "Native/NativeValue.cs lays Value out in 16 bytes");

void set_last_error(const char* message);

// Runs body and turns any exception into status 1 and a message.
template <class Body>
int32_t guarded(Body&& body) noexcept {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        set_last_error(error.what_without_backtrace());
    } catch (const std::exception& error) {
        set_last_error(error.what());
    } catch (...) {
        set_last_error("libtorch threw an exception of unknown type");
    }
    return 1;
}

inline at::Tensor& tensor(void* handle) {
    return *static_cast<at::Tensor*>(handle);
}

// A new handle, or null for an undefined tensor.
inline void* handle(at::Tensor value) {
    return value.defined() ? new at::Tensor(std::move(value)) : nullptr;
}

// Tensors from `count` handles; a null handle is an undefined tensor.
inline std::vector<at::Tensor> tensors(void* const* handles, int64_t count) {
    std::vector<at::Tensor> result(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; i++)
        if (handles[i] != nullptr) result[i] = tensor(handles[i]);
    return result;
}

}  // namespace crammed
