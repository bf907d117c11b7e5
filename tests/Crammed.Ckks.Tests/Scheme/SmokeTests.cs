using Crammed.Ckks.Client;

namespace Crammed.Ckks.Tests.Scheme;

[TestFixture]
internal sealed class SmokeTests
{
    [Test]
    public void Smoke([Values("insecure-N11", "N14QP434", "N15QP850", "N13QP217")] string name)
    {
        CkksSetup s = CkksSetup.Of(NamedParameters.Find(name));
        TestContext.Out.WriteLine(s.Parameters);
        double[] x = s.RandomSlots(1), y = s.RandomSlots(2);
        using Ciphertext a = s.Encryptor.Encrypt(x, s.Top), b = s.Encryptor.Encrypt(y, s.Top);
        void Report(string what, Ciphertext c, Func<int, double> expected)
        {
            double[] d = s.Decryptor.DecryptToSlots(c);
            double e = 0, r = 0;
            for (int i = 0; i < d.Length; i++) { e = Math.Max(e, Math.Abs(d[i] - expected(i))); r += Math.Pow(d[i] - expected(i), 2); }
            TestContext.Out.WriteLine($"{what}: max 2^{Math.Log2(e):F2} rms {Math.Sqrt(r / d.Length):G4} {c}");
            Assert.That(e, Is.LessThan(1e-3));
        }
        int n = s.Parameters.SlotCount;
        Report($"fresh {s.Noise.FreshSymmetric(a.Scale):G4}", a, i => x[i]);
        Report("add", s.Evaluator.Add(a, b), i => x[i] + y[i]);
        Ciphertext p = s.Evaluator.Multiply(a, b);
        Report("mul", p, i => x[i] * y[i]);
        Report($"relin {s.Noise.KeySwitch(s.Top, p.Scale):G4}", s.Evaluator.Relinearize(p), i => x[i] * y[i]);
        Report($"relin+rescale {s.Noise.RelinearizeAndRescale(s.Top, s.Parameters.ScaleAt(s.Top - 1)):G4}", s.Evaluator.RelinearizeAndRescale(p), i => x[i] * y[i]);
        Report("relin,rescale", s.Evaluator.Rescale(s.Evaluator.Relinearize(p)), i => x[i] * y[i]);
        Report($"rot {s.Noise.KeySwitch(s.Top, a.Scale):G4}", s.Evaluator.Rotate(a, 5), i => x[(i + 5) % n]);
        Report("rot-1", s.Evaluator.Rotate(a, -1), i => x[(i + n - 1) % n]);
        Ciphertext[] many = s.Evaluator.RotateMany(a, [1, 0, 100]);
        Report("hoist", many[2], i => x[(i + 100) % n]);
        Ciphertext low = s.Evaluator.DropLevels(a, 2);
        Report("rot low", s.Evaluator.Rotate(low, 3), i => x[(i + 3) % n]);
        Report($"lower {s.Noise.Rescale(s.Parameters.ScaleAt(1)):G4}", s.Evaluator.LowerTo(a, 1), i => x[i]);
        Report("conj", s.Evaluator.Conjugate(a), i => x[i]);
        Report("addconst", s.Evaluator.AddConstant(p, 2.5), i => x[i] * y[i] + 2.5);
        Report("scalar", s.Evaluator.MultiplyScalar(a, 2.5, 1 << 20), i => x[i] * 2.5);
        Ciphertext[] lc = s.Evaluator.LinearCombinations([a, b], new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 0, 0 }, { -1, 0.5 } }, Math.Pow(2, 30));
        Report("lincomb", lc[4], i => -x[i] + 0.5 * y[i]);
        Report("sop", s.Evaluator.SumOfProducts([a, b, a], [b, a, a]), i => 2 * x[i] * y[i] + x[i] * x[i]);
        Report("ssd", s.Evaluator.SumOfSquaredDifferences([a, b, a], [b, a, a]), i => 2 * Math.Pow(x[i] - y[i], 2));
        var pk = s.Generator.CreatePublicKey();
        Report($"public {s.Noise.FreshPublic(a.Scale):G4}", new Encryptor(pk).Encrypt(x, s.Top), i => x[i]);
        Report("refresh", new RefreshParty(s.Secret).Refresh([s.Evaluator.LowerTo(a, 0)], s.Top)[0], i => x[i]);
        if (s.Parameters.LogN == 14)
        {
            var sw = System.Diagnostics.Stopwatch.StartNew();
            for (int k = 0; k < 10; k++) s.Evaluator.Rotate(a, 5).Dispose();
            TestContext.Out.WriteLine($"rotate {sw.Elapsed.TotalMilliseconds / 10} ms");
        }
    }
}
