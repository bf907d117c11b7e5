// Any ATen operator by name, through libtorch's own dispatcher: its schemas supply default arguments and check types,
// and its autograd kernels record the graph. One function therefore serves the whole operator library.
#include "crammed_torch.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <cstdlib>

using namespace crammed;

namespace {

c10::IValue to_ivalue(const Value& value, const c10::Argument& argument) {
    switch (value.kind) {
        case kNone: return c10::IValue();
        case kTensor: return c10::IValue(tensor(value.pointer));
        case kInteger: return c10::IValue(value.integer);
        case kReal: return c10::IValue(value.real);
        case kBoolean: return c10::IValue(value.integer != 0);
        case kString: return c10::IValue(std::string(static_cast<const char*>(value.pointer), value.length));
        case kGenerator: return c10::IValue(*static_cast<at::Generator*>(value.pointer));
        case kIntegerList: {
            auto data = static_cast<const int64_t*>(value.pointer);
            return c10::IValue(c10::List<int64_t>(c10::ArrayRef<int64_t>(data, value.length)));
        }
        case kTensorList: {
            auto items = tensors(static_cast<void**>(value.pointer), value.length);
            return c10::IValue(c10::List<at::Tensor>(c10::ArrayRef<at::Tensor>(items)));
        }
        case kOptionalTensorList: {
            c10::List<c10::optional<at::Tensor>> items;
            auto handles = static_cast<void**>(value.pointer);
            for (int32_t i = 0; i < value.length; i++)
                items.push_back(handles[i] ? c10::optional<at::Tensor>(tensor(handles[i])) : c10::nullopt);
            return c10::IValue(std::move(items));
        }
        case kDefault:
            TORCH_CHECK(argument.default_value().has_value(), "argument '", argument.name(), "' is missing and has no default");
            return *argument.default_value();
        default: TORCH_CHECK(false, "argument '", argument.name(), "' has unknown kind ", value.kind);
    }
}

Value to_value(const c10::IValue& result) {
    Value value{kNone, 0, {0}};
    if (result.isTensor()) {
        value.kind = kTensor;
        value.pointer = handle(result.toTensor());
    } else if (result.isBool()) {
        value.kind = kBoolean;
        value.integer = result.toBool();
    } else if (result.isInt()) {
        value.kind = kInteger;
        value.integer = result.toInt();
    } else if (result.isDouble()) {
        value.kind = kReal;
        value.real = result.toDouble();
    } else if (result.isTensorList()) {
        auto list = result.toTensorVector();
        auto handles = static_cast<void**>(std::malloc(sizeof(void*) * (list.size() + 1)));
        TORCH_CHECK(handles != nullptr, "out of memory for a list of ", list.size(), " tensors");
        for (size_t i = 0; i < list.size(); i++) handles[i] = handle(list[i]);
        value.kind = kTensorList;
        value.length = static_cast<int32_t>(list.size());
        value.pointer = handles;
    } else {
        TORCH_CHECK(result.isNone(), "operator returned an unsupported ", result.tagKind());
    }
    return value;
}

}  // namespace

// Looks up an operator, as in ("aten::add", "Tensor"). The handle lives as long as the process.
CRAMMED_API int32_t crammed_find_operator(const char* name, const char* overload, void** op) {
    return guarded([&] { *op = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

// Calls an operator with `count` leading arguments; the others take their defaults. The first `capacity` results are
// written to `results` (their tensors are new handles), the rest are dropped.
CRAMMED_API int32_t crammed_call(void* op, const Value* arguments, int32_t count, Value* results, int32_t capacity) {
    return guarded([&] {
        const auto& target = *static_cast<c10::OperatorHandle*>(op);
        const auto& parameters = target.schema().arguments();
        TORCH_CHECK(static_cast<size_t>(count) <= parameters.size(),
                    target.schema().name(), " takes ", parameters.size(), " arguments, not ", count);
        const Value missing{kDefault, 0, {0}};
        torch::jit::Stack stack;
        stack.reserve(parameters.size());
        for (size_t i = 0; i < parameters.size(); i++)
            stack.push_back(to_ivalue(i < static_cast<size_t>(count) ? arguments[i] : missing, parameters[i]));
        target.callBoxed(&stack);
        TORCH_CHECK(static_cast<size_t>(capacity) <= stack.size(),
                    target.schema().name(), " has ", stack.size(), " results, not ", capacity);
        for (int32_t i = 0; i < capacity; i++) results[i] = to_value(stack[i]);
    });
}

// Frees the array of a kTensorList result, not its tensors.
CRAMMED_API void crammed_free(void* memory) {
    std::free(memory);
}
