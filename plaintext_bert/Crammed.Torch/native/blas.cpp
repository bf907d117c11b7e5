// The number of threads of OpenBLAS, which with its own threads does not follow OpenMP's count, the one that
// at::set_num_threads sets.
#include "blas.h"

#include <dlfcn.h>

#include <mutex>

namespace {

// A function of OpenBLAS, where that is the BLAS in use.
template <class Function>
Function* blas_function(const char* name) {
    void* blas = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
    if (blas == nullptr) return nullptr;
    auto function = reinterpret_cast<Function*>(dlsym(blas, name));
    dlclose(blas);
    return function;
}

std::mutex mutex;
int wanted = 0;
int sequential = 0;

void apply(int count) {
    static auto set = blas_function<void(int)>("openblas_set_num_threads");
    if (set != nullptr) set(count);
}

}  // namespace

void crammed::set_blas_threads(int count) {
    std::lock_guard<std::mutex> lock(mutex);
    wanted = count;
    if (sequential == 0) apply(count);
}

crammed::SequentialBlas::SequentialBlas() {
    std::lock_guard<std::mutex> lock(mutex);
    static auto get = blas_function<int()>("openblas_get_num_threads");
    if (wanted == 0) wanted = get == nullptr ? 1 : get();
    if (sequential++ == 0) apply(1);
}

crammed::SequentialBlas::~SequentialBlas() {
    std::lock_guard<std::mutex> lock(mutex);
    if (--sequential == 0) apply(wanted);
}
