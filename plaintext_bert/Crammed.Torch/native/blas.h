#pragma once

namespace crammed {

// Sets the threads of OpenBLAS; does nothing with another BLAS.
void set_blas_threads(int count);

// The BLAS is sequential while one of these lives in any thread: the threads are at work one level above.
class SequentialBlas {
public:
    SequentialBlas();
    ~SequentialBlas();
    SequentialBlas(const SequentialBlas&) = delete;
    SequentialBlas& operator=(const SequentialBlas&) = delete;
};

}  // namespace crammed
