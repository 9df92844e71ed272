// fw8u_ev_wce5380_s5: evolved, wce <= 5380, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1920.783, WCE 5364, EP 99.971 %, MRE 3612.671 %,
//   mean 1308.812
// Mapped to faultwave45.lib: 97.6 um^2, 0.0776 pJ per multiplication, 0.56 ns
// Expected MAE under a random stuck-at fault of this netlist: 4714.5
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 62 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 5380 --objective area --seed-netlist fw8u_bam_h3_v8 --seed 5 --islands 2 --offspring 4 --generations 115000 --out fw8u_ev_wce5380_s5.v
module fw8u_ev_wce5380_s5 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_4;
  wire and_2_0;
  wire pp_6_5;
  wire and_2_1;
  wire xor_3_0;
  wire pp_7_5;
  wire pp_4_6;
  wire and_2_2;
  wire or_4_0;
  wire and_5_0;
  wire pp_6_6;
  wire andnot_3_0;
  wire and_2_3;
  wire xor_4_0;
  wire nor_3_0;
  wire nand_1_0;
  wire or_5_0;
  wire pp_5_7;
  wire xor_6_0;
  wire and_6_0;
  wire and_7_0;
  wire xor_7_0;
  wire or_8_0;
  wire pp_6_7;
  wire xor_4_1;
  wire and_5_1;
  wire xor_5_0;
  wire or_6_0;
  wire pp_7_7;
  wire not_8_0;
  wire xor_9_0;
  wire and_9_0;
  wire and_10_0;
  wire xnor_10_0;
  wire or_11_0;
  wire xor_7_1;
  wire and_7_1;
  wire and_12_0;
  wire xor_12_0;
  wire or_13_0;

  assign pp_7_4 = A[7] & B[4];
  assign and_2_0 = pp_7_4 & A[5];
  assign pp_6_5 = A[6] & B[5];
  assign and_2_1 = pp_7_4 & pp_6_5;
  assign xor_3_0 = and_2_1 ^ pp_6_5;
  assign pp_7_5 = A[7] & B[5];
  assign pp_4_6 = A[4] & B[6];
  assign and_2_2 = A[5] & pp_4_6;
  assign or_4_0 = xor_3_0 | and_2_0;
  assign and_5_0 = or_4_0 & and_2_2;
  assign pp_6_6 = A[6] & B[6];
  assign andnot_3_0 = pp_7_5 & ~and_2_1;
  assign and_2_3 = pp_7_5 & pp_6_6;
  assign xor_4_0 = andnot_3_0 ^ pp_6_6;
  assign nor_3_0 = ~(and_2_1 | and_2_3);
  assign nand_1_0 = ~(A[7] & B[6]);
  assign or_5_0 = or_4_0 | pp_4_6;
  assign pp_5_7 = A[5] & B[7];
  assign xor_6_0 = xor_4_0 ^ and_5_0;
  assign and_6_0 = xor_4_0 & and_5_0;
  assign and_7_0 = xor_6_0 & pp_5_7;
  assign xor_7_0 = xor_6_0 ^ pp_5_7;
  assign or_8_0 = and_6_0 | and_7_0;
  assign pp_6_7 = A[6] & B[7];
  assign xor_4_1 = nand_1_0 ^ nor_3_0;
  assign and_5_1 = xor_4_1 & pp_6_7;
  assign xor_5_0 = xor_4_1 ^ pp_6_7;
  assign or_6_0 = and_2_3 | and_5_1;
  assign pp_7_7 = A[7] & B[7];
  assign not_8_0 = ~xor_7_0;
  assign xor_9_0 = xor_5_0 ^ or_8_0;
  assign and_9_0 = xor_5_0 & or_8_0;
  assign and_10_0 = xor_9_0 & xor_7_0;
  assign xnor_10_0 = xor_9_0 ~^ not_8_0;
  assign or_11_0 = and_9_0 | and_10_0;
  assign xor_7_1 = pp_7_7 ^ or_6_0;
  assign and_7_1 = pp_7_7 & or_6_0;
  assign and_12_0 = pp_7_7 & or_11_0;
  assign xor_12_0 = xor_7_1 ^ or_11_0;
  assign or_13_0 = and_7_1 | and_12_0;

  assign O[0] = pp_4_6;
  assign O[1] = and_2_1;
  assign O[2] = pp_6_6;
  assign O[3] = B[6];
  assign O[4] = and_12_0;
  assign O[5] = andnot_3_0;
  assign O[6] = B[3];
  assign O[7] = xor_5_0;
  assign O[8] = pp_7_4;
  assign O[9] = and_2_2;
  assign O[10] = B[7];
  assign O[11] = or_5_0;
  assign O[12] = not_8_0;
  assign O[13] = xnor_10_0;
  assign O[14] = xor_12_0;
  assign O[15] = or_13_0;
endmodule
