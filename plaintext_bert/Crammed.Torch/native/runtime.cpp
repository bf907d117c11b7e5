// Errors, threads and random number generators.
#include "blas.h"
#include "crammed_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <mutex>

using namespace crammed;

namespace {

thread_local std::string last_error;

at::Generator& generator(void* handle) {
    return *static_cast<at::Generator*>(handle);
}

}  // namespace

void crammed::set_last_error(const char* message) {
    last_error = message;
}

// UTF-8 text of this thread's last failure; valid until its next one.
CRAMMED_API const char* crammed_last_error() {
    return last_error.c_str();
}

CRAMMED_API int32_t crammed_threads() {
    return at::get_num_threads();
}

CRAMMED_API int32_t crammed_set_threads(int32_t count) {
    return guarded([&] {
        at::set_num_threads(count);
        set_blas_threads(count);
    });
}

// The generator that operators use by default.
CRAMMED_API int32_t crammed_generator_default(void** result) {
    return guarded([&] { *result = new at::Generator(at::detail::getDefaultCPUGenerator()); });
}

CRAMMED_API int32_t crammed_generator_new(uint64_t seed, void** result) {
    return guarded([&] { *result = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed)); });
}

CRAMMED_API void crammed_generator_free(void* self) {
    delete static_cast<at::Generator*>(self);
}

CRAMMED_API int32_t crammed_generator_set_seed(void* self, uint64_t seed) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator(self).mutex());
        generator(self).set_current_seed(seed);
    });
}

// A new seed from the operating system.
CRAMMED_API int32_t crammed_generator_reseed(void* self, uint64_t* seed) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator(self).mutex());
        *seed = generator(self).seed();
    });
}

CRAMMED_API int32_t crammed_generator_seed(void* self, uint64_t* seed) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator(self).mutex());
        *seed = generator(self).current_seed();
    });
}

// The whole state as a tensor of bytes.
CRAMMED_API int32_t crammed_generator_state(void* self, void** state) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator(self).mutex());
        *state = handle(generator(self).get_state());
    });
}

CRAMMED_API int32_t crammed_generator_set_state(void* self, void* state) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(generator(self).mutex());
        generator(self).set_state(tensor(state));
    });
}
