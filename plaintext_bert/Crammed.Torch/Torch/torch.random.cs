namespace TorchSharp;

public static partial class torch
{
    public static partial class random
    {
        /// <summary>Seeds the default generator.</summary>
        public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

        /// <summary>Seeds the default generator from the operating system and returns the seed.</summary>
        public static long seed() => Generator.Default.seed();

        /// <summary>The default generator's seed.</summary>
        public static long initial_seed() => Generator.Default.initial_seed();

        /// <summary>Where in its sequence the default generator is: a vector of bytes.</summary>
        public static Tensor get_rng_state() => Generator.Default.get_state();

        /// <summary>Lets the default generator continue from what <see cref="get_rng_state"/> returned.</summary>
        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }
}
